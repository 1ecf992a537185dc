"""Everything that can go wrong, in sentences that a user can act on."""


class PinciteError(Exception):
    """The root of all errors that Pincite raises on purpose."""


class SettingsError(PinciteError):
    """A setting is unknown or has an impossible value."""


class DocumentError(PinciteError):
    """A file cannot be read as a document."""


class EmptyDocumentError(DocumentError):
    """A file has no text."""


class BinaryDocumentError(DocumentError):
    """A file is not text in any format that Pincite reads."""


class UndecodableDocumentError(DocumentError):
    """A text file is in no encoding that Pincite knows."""


class DocumentTooLargeError(DocumentError):
    """A file is above one of the limits, such as ``PINCITE_MAX_BYTES``."""


class ProtectedError(DocumentError):
    """A file is encrypted or asks for a password."""


class ParserError(DocumentError):
    """The process that parsed a file died, or was stopped at the limit of time."""


class FetchError(DocumentError):
    """What an address names cannot be fetched, or must not be."""


class LibraryError(PinciteError):
    """The library on disk cannot be used as asked."""


class LibraryLockedError(LibraryError):
    """Another process has the library open."""


class LibraryMismatchError(LibraryError):
    """The library was made with another embedding model or other chunks."""


class UnknownDocumentError(LibraryError):
    """No document of the library has that id."""


class ConversationsError(PinciteError):
    """The conversations on disk cannot be read or kept."""


class ModelError(PinciteError):
    """A chat model cannot be opened or gave no usable answer; never holds a key."""


class EvaluationSetError(PinciteError):
    """An evaluation set has a mistake; the message names file, case and key."""


class ReportError(PinciteError):
    """A report of an evaluation cannot be read, written or compared."""
