"""What stands between a request and its route: permissions, headers, rate limits."""
