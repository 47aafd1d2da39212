"""The reader of return comments, held to the port."""

from haberdasher.testing.comments import CommentReaderContract
from ml.returns_text import make_comment_reader
from ports.comments import CommentReader


class TestCommentReader(CommentReaderContract):
    @staticmethod
    def make() -> CommentReader:
        return make_comment_reader()
