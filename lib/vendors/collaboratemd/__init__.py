"""CollaborateMD's Web API v1: `CollaborateMdConnection` says where and as whom, `CollaborateMdClient` speaks it."""
