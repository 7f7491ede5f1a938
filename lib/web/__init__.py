"""What the web process answers beside Streamlit: the sign-in pages, and the guard and headers before everything."""
