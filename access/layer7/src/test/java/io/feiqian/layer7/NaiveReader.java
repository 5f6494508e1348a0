package io.feiqian.layer7;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Requests read the slow way, by regular expressions over the whole text: the twin that the fast
 * reader is compared with. Shares no code with it.
 */
final class NaiveReader {
    /** A request: its line, its fields in lower case, its body. */
    record Request(String line, List<String> fields, String body) {}

    private NaiveReader() {}

    /** The first request; empty where it is refused. Whole requests only. */
    static Optional<Request> read(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        if (text.startsWith("\r\n")) {
            text = text.substring(2);
        }
        int end = text.indexOf("\r\n\r\n");
        if (end < 0 || bareLineFeed(text.substring(0, end + 2))) {
            return Optional.empty();
        }
        String[] lines = text.substring(0, end).split("\r\n", -1);
        if (!lines[0].matches(
                "[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32} [!-~&&[^#\\\\\"]]+ HTTP/1\\.[01]")) {
            return Optional.empty();
        }
        List<String> fields = new ArrayList<>();
        for (int i = 1; i < lines.length; i++) {
            if (!lines[i].matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\\t -~\\x80-\\xff]*")) {
                return Optional.empty();
            }
            int colon = lines[i].indexOf(':');
            fields.add(
                    lines[i].substring(0, colon).toLowerCase(Locale.ROOT)
                            + "="
                            + lines[i].substring(colon + 1).replaceAll("^[ \\t]+|[ \\t]+$", ""));
        }
        return right(lines[0], fields)
                ? body(text.substring(end + 4), fields)
                        .map(body -> new Request(lines[0], fields, body))
                : Optional.empty();
    }

    private static boolean bareLineFeed(String head) {
        return head.replace("\r\n", "").indexOf('\n') >= 0;
    }

    private static List<String> values(List<String> fields, String name) {
        return fields.stream()
                .filter(each -> each.startsWith(name + "="))
                .map(each -> each.substring(name.length() + 1))
                .toList();
    }

    private static boolean right(String line, List<String> fields) {
        boolean old = line.endsWith("0");
        List<String> lengths = values(fields, "content-length");
        List<String> codings = values(fields, "transfer-encoding");
        List<String> hosts = values(fields, "host");
        List<String> expected = values(fields, "expect");
        String target = line.split(" ", 3)[1];
        return lengths.size() <= 1
                && lengths.stream().allMatch(each -> each.matches("[0-9]{1,18}"))
                && codings.size() <= 1
                && codings.stream().allMatch(each -> each.equalsIgnoreCase("chunked"))
                && (codings.isEmpty() || (lengths.isEmpty() && !old))
                && hosts.size() <= 1
                && (old || hosts.size() == 1)
                && expected.stream().allMatch(each -> each.equalsIgnoreCase("100-continue"))
                && !line.startsWith("CONNECT ")
                && rightTarget(line, target, hosts, old);
    }

    private static boolean rightTarget(
            String line, String target, List<String> hosts, boolean old) {
        String host = hosts.isEmpty() ? "" : hosts.getFirst();
        String path = target;
        boolean asterisk = target.equals("*") && line.startsWith("OPTIONS ");
        if (!asterisk && !target.startsWith("/")) {
            if (!target.matches("(?i)https?://[^/?]+(/.*)?")) {
                return false;
            }
            int from = target.indexOf("://") + 3;
            int slash = target.indexOf('/', from);
            host = slash < 0 ? target.substring(from) : target.substring(from, slash);
            path = slash < 0 ? "/" : target.substring(slash);
        }
        if (!host.matches("[0-9A-Za-z._~:\\[\\]%!$&'()*+;=-]*") || (host.isEmpty() && !old)) {
            return false;
        }
        return asterisk || rightPath(path.split("\\?", 2)[0]);
    }

    private static boolean rightPath(String path) {
        if (!path.matches("([^%]|%([2-6][0-9A-Fa-f]|7[0-9A-Ea-e]|[89A-Fa-f][0-9A-Fa-f]))*")) {
            return false;
        }
        String decoded = path.replaceAll("(?i)%2e", ".");
        for (String segment : decoded.split("/", -1)) {
            if (segment.equals(".") || segment.equals("..")) {
                return false;
            }
        }
        return true;
    }

    private static Optional<String> body(String rest, List<String> fields) {
        if (values(fields, "transfer-encoding").isEmpty()) {
            List<String> lengths = values(fields, "content-length");
            int length = lengths.isEmpty() ? 0 : (int) Long.parseLong(lengths.getFirst());
            return rest.length() < length
                    ? Optional.empty()
                    : Optional.of(rest.substring(0, length));
        }
        StringBuilder body = new StringBuilder();
        String left = rest;
        while (true) {
            int end = left.indexOf("\r\n");
            if (end < 0
                    || !left.substring(0, end)
                            .matches("[0-9A-Fa-f]{1,15}(;[\\t -~\\x80-\\xff]{0,256})?")) {
                return Optional.empty();
            }
            long size = Long.parseLong(left.substring(0, end).split(";", 2)[0], 16);
            left = left.substring(end + 2);
            if (size == 0) {
                return trailers(left) ? Optional.of(body.toString()) : Optional.empty();
            }
            if (size + 2 > left.length() || !left.startsWith("\r\n", (int) size)) {
                return Optional.empty();
            }
            body.append(left, 0, (int) size);
            left = left.substring((int) size + 2);
        }
    }

    private static boolean trailers(String text) {
        String left = text;
        while (!left.startsWith("\r\n")) {
            int end = left.indexOf("\r\n");
            if (end < 0
                    || !left.substring(0, end)
                            .matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\\t -~\\x80-\\xff]*")) {
                return false;
            }
            left = left.substring(end + 2);
        }
        return true;
    }
}
