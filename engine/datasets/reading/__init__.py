"""From a file to a task's own tables: what a person says about it, what is asked, and what is made of it."""
