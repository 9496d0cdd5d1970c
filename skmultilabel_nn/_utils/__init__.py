"""Helpers of all packages; this package imports no other one."""
