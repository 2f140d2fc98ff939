"""Meets the packaged application as a user does: another folder, another user, a screen, a mouse and a keyboard."""
