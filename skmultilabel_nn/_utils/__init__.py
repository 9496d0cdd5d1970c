"""What all packages share; nothing here knows another package."""
