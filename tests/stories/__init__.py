"""The stories, played with a real window, a real hub process, real databases and real mail servers."""
