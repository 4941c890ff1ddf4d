"""Typed columns: files and records become tables with units, ranges and a report of every row that did not fit."""
