package io.feiqian.console;

import gg.jte.TemplateOutput;
import gg.jte.output.Utf8ByteOutput;

/**
 * A page as bytes, without characters that change how the text around them is shown: what others
 * wrote may name a span or a reason, not turn the rest of its line around. Such a character is
 * shown as U+FFFD. What HTML would take for tags is the template engine's to escape.
 */
final class Visible implements TemplateOutput {
    private static final char REPLACEMENT = '\uFFFD';

    private final Utf8ByteOutput bytes = new Utf8ByteOutput();

    @Override
    public void writeContent(String value) {
        bytes.writeContent(visible(value));
    }

    @Override
    public void writeContent(String value, int begin, int end) {
        bytes.writeContent(visible(value.substring(begin, end)));
    }

    @Override
    public void writeBinaryContent(byte[] value) {
        bytes.writeBinaryContent(value);
    }

    /** What was written. */
    Utf8ByteOutput bytes() {
        return bytes;
    }

    /** The same text with what is not to be seen made visible. */
    static String visible(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (misleads(text.charAt(i))) {
                StringBuilder shown = new StringBuilder(text.length());
                text.chars().forEach(each -> shown.append(shown((char) each)));
                return shown.toString();
            }
        }
        return text;
    }

    private static char shown(char each) {
        return misleads(each) ? REPLACEMENT : each;
    }

    /** Control characters but those of lines, and what sets the direction of a text. */
    private static boolean misleads(char each) {
        boolean ofLines = each == '\n' || each == '\r' || each == '\t';
        boolean turns =
                each == '\u061C'
                        || each == '\u200E'
                        || each == '\u200F'
                        || (each >= '\u202A' && each <= '\u202E')
                        || (each >= '\u2066' && each <= '\u2069');
        return turns || (Character.isISOControl(each) && !ofLines);
    }
}
