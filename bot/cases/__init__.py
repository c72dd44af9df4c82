"""Somebody must look after this student."""
