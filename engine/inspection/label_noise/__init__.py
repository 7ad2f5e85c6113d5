"""Which judgements in the data are probably mistakes, by what several models agree on against them?"""
