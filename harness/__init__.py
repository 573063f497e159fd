"""Reproduce a reported smart-meter behaviour under controlled conditions and seal what was seen.

The rooms of this package, from left to right, and who may import whom are drawn in
``docs/explanation/architecture.md``; ``tests/architecture`` enforces them.
"""

__version__ = "0.1.0"
