"""The plots of a report and of a comparison; every one draws at any width and says in words what it shows."""
