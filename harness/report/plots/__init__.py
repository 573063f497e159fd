"""The four plots of a report, one file each; every one draws at any width and says in words what it shows."""
