"""How models behind an endpoint are asked: which services there are, what they want, and what their refusals mean."""
