"""Patients of a store as numbers, for what is learned of many of them; read live, and never kept."""
