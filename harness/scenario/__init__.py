"""The question: what is asked, of which combination, under which conditions, with which controls."""
