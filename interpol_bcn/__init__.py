"""x"""
from .reading import read_messages
from .members import members
from .domain import Domain
