"""The same texts as several models see them, laid out, coloured and selected."""
