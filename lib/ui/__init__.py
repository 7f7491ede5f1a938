"""What the pages are drawn with; beside Home.py and pages/ the only place that knows Streamlit."""
