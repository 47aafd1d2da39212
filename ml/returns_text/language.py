"""Which of the four languages a comment is written in, or none of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from attrs import frozen

from ml.returns_text.examples import OTHER, Example
from ml.returns_text.lexicon import Lexicon
from ml.returns_text.scrub import scrubbed

#: Less sure than this, or with fewer of its words known, a comment is not read.
SURE, KNOWN = 0.6, 0.3


@frozen(eq=False)
class Languages:
    """Naive Bayes over pieces of words, and the words known in each language."""

    lexicons: Mapping[str, Lexicon]
    _pieces: Any
    _bayes: Any

    @classmethod
    def learnt(cls, known: Sequence[Example], lexicons: Mapping[str, Lexicon]) -> "Languages":
        from sklearn.feature_extraction.text import CountVectorizer  # noqa: PLC0415  # takes seconds to import
        from sklearn.naive_bayes import MultinomialNB  # noqa: PLC0415

        pieces = CountVectorizer(analyzer="char_wb", ngram_range=(1, 4), binary=True)
        bayes = MultinomialNB(alpha=0.1, fit_prior=False)
        bayes.fit(pieces.fit_transform([scrubbed(one.comment) for one in known]), [one.language for one in known])
        return cls(lexicons, pieces, bayes)

    def of(self, text: str) -> str | None:
        """Return the language of a scrubbed comment, `None` if it is none of the four or nobody can tell."""
        chances = self._bayes.predict_proba(self._pieces.transform([text]))[0]
        best = int(np.argmax(chances))
        language = str(self._bayes.classes_[best])
        if language == OTHER or chances[best] < SURE or self.lexicons[language].known(text) < KNOWN:
            return None
        return language
