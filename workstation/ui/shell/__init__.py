"""The window itself: top bar, rail, banner, and the rooms it holds."""
