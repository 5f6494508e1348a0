package io.feiqian.observatory;

import java.nio.charset.StandardCharsets;

/** Rows in the text format of PostgreSQL's COPY: tabs between columns, a line a row. One thread. */
final class CopyText {
    private final StringBuilder text = new StringBuilder(1 << 16);
    private boolean begun;

    CopyText add(long value) {
        separate();
        text.append(value);
        return this;
    }

    CopyText add(double value) {
        separate();
        text.append(value);
        return this;
    }

    CopyText add(boolean value) {
        separate();
        text.append(value ? 't' : 'f');
        return this;
    }

    /** A text without NUL, as it stands. */
    CopyText add(String value) {
        separate();
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '\\' -> text.append("\\\\");
                case '\t' -> text.append("\\t");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                default -> text.append(c);
            }
        }
        return this;
    }

    CopyText addNull() {
        separate();
        text.append("\\N");
        return this;
    }

    void endRow() {
        text.append('\n');
        begun = false;
    }

    boolean isEmpty() {
        return text.isEmpty();
    }

    byte[] bytes() {
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private void separate() {
        if (begun) {
            text.append('\t');
        }
        begun = true;
    }
}
