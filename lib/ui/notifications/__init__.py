"""Channels and notices as the Notifications page shows and changes them."""
