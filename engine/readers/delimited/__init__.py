"""How is text cut into rows and cells?"""
