"""From a request to the file that came: the queue of a login."""
