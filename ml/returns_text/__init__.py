"""What return comments mean, in English, German, French and Spanish: phrases first, a trained classifier second.

Importing it does not import scikit-learn: the first reader does, and learns from the corpus beside this file.
"""

from ml.returns_text.reader import make_comment_reader

__all__ = ["make_comment_reader"]
