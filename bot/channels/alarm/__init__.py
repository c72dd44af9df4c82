"""What wakes a member of staff: the addresses of ntfy, Bark, ServerChan, SMS and voice gateways, through Apprise."""
