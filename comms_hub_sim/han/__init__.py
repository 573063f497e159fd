"""The home area network at frame fidelity: every MAC frame as it goes on the air, built, encrypted, and read at the far end."""
