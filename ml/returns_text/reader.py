"""Reads return comments: the phrases of the language first, a trained classifier for what they do not catch second."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
from attrs import frozen

from domain.returns.comment import LABELS
from ml.returns_text.classifier import Classifier
from ml.returns_text.examples import columns, corpus, unseen
from ml.returns_text.language import Languages
from ml.returns_text.lexicon import Lexicon
from ml.returns_text.scrub import LANGUAGES, Language, scrubbed
from ports.comments import CommentReader, Finding

#: What a text without parts cannot both say: of two the classifier keeps the likelier.
_OPPOSITES = (frozenset(["fit_small", "fit_large"]), frozenset(["fit_length_short", "fit_length_long"]))
#: Comments that a label borrows from all labels when its precision is measured: few were written for each.
BORROWED = 10
#: A word is known from the corpus if so many comments have it: what one has may be a slip.
_COMMENTS_WITH_WORD = 2


@frozen(eq=False)
class Knowledge:
    """What is learnt from the corpus. `precisions`: of what the phrases say, by label, the share that is right."""

    languages: Languages
    lexicons: Mapping[str, Lexicon]
    classifier: Classifier
    precisions: Mapping[str, float]


@frozen
class LearntReader:
    """Learns at the first comment, which takes some seconds; every instance shares what was learnt."""

    version: str = "comments-1"

    def read(self, comments: Sequence[str]) -> Sequence[Sequence[Finding]]:
        return [_read(comment, knowledge()) for comment in comments]


def make_comment_reader() -> CommentReader:
    """Return the reader; nothing is learnt before it is asked."""
    return LearntReader()


@cache
def knowledge() -> Knowledge:
    """Learn from the corpus; the same corpus gives the same knowledge."""
    lexicons: dict[str, Lexicon] = {one: Lexicon.of(one, _words(one)) for one in LANGUAGES}
    ours = [one for one in corpus() if one.language in lexicons]
    texts = [lexicons[one.language].marked(scrubbed(one.comment)) for one in ours]
    classifier = Classifier.learnt(texts, np.array(columns(one.labels for one in ours)))
    return Knowledge(Languages.learnt(corpus(), lexicons), lexicons, classifier, _precisions(lexicons))


def _precisions(lexicons: Mapping[str, Lexicon]) -> dict[str, float]:
    """Measure the phrases on comments that none was written for. Each label borrows from all of them."""
    truth = np.array(columns(one.labels for one in unseen()))
    said = np.array(columns(lexicons[one.language].read(scrubbed(one.comment)).said for one in unseen()))
    right, all_ = (said & truth).sum(axis=0), said.sum(axis=0)
    together = (right.sum() + 1) / (all_.sum() + 2)
    return dict(zip(LABELS, ((right + BORROWED * together) / (all_ + BORROWED)).tolist(), strict=True))


def _words(language: Language) -> frozenset[str]:
    """Return the folded words that several comments of the corpus have."""
    counts = Counter(
        word for one in corpus() if one.language == language for word in Lexicon.words(scrubbed(one.comment), language)
    )
    return frozenset(word for word, comments in counts.items() if comments >= _COMMENTS_WITH_WORD)


def _read(comment: str, known: Knowledge) -> Sequence[Finding]:
    text = scrubbed(comment)
    language = known.languages.of(text)
    if language is None:
        return ()
    lexicon = known.lexicons[language]
    reading = lexicon.read(text)
    if reading.said:
        chances = {label: known.precisions[label] for label in reading.said}
    else:
        found = known.classifier.read(lexicon.marked(text))
        chances = {label: chance for label, chance in found.items() if label not in reading.denied}
        for pair in _OPPOSITES:
            if pair <= chances.keys():
                chances.pop(min(pair, key=lambda label: (chances[label], label)))
    ordered = sorted(chances.items(), key=lambda one: (-one[1], LABELS.index(one[0])))
    return tuple(Finding(label, chance) for label, chance in ordered)
