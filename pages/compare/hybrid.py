"""Where links to the page of two fused models lead now."""

import streamlit as st

asked = {key: st.query_params.get_all(key) for key in st.query_params}
st.switch_page("pages/compare/pipeline.py", query_params={**asked, "pipeline.view": "fusion"})
