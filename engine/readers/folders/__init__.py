"""Folders and archives of tables: which files are tables, and which files make one table together?"""
