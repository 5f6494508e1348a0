package io.feiqian.alarms.channels;

/** In what a receiver counts how long a message is. */
enum Unit {
    /** UTF-16 units: as short messages are counted; never fewer than characters. */
    UTF16,
    /** Bytes of UTF-8. */
    UTF8,
    /** Bytes of UTF-8 once it stands in a JSON document. */
    JSON;

    /** The length of text that holds no control characters but line breaks. */
    int of(String text) {
        return switch (this) {
            case UTF16 -> text.length();
            case UTF8 -> text.codePoints().map(Unit::bytes).sum();
            case JSON ->
                    text.codePoints()
                            .map(each ->
                                    each == '"' || each == '\\' || each == '\n' ? 2 : bytes(each))
                            .sum();
        };
    }

    private static int bytes(int codePoint) {
        if (codePoint < 0x80) {
            return 1;
        }
        if (codePoint < 0x800) {
            return 2;
        }
        return codePoint < 0x10000 ? 3 : 4;
    }
}
