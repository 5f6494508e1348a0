package io.feiqian.layer7;

import io.feiqian.proxy.RouteConfig;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a request must be like for a route. Immutable. */
final class RouteMatch {
    @SuppressWarnings("ArrayRecordComponent") // Never written.
    private record Field(byte[] name, byte @Nullable [] value) {}

    private final List<byte[]> hosts;
    private final List<byte[]> below;
    private final List<byte[]> methods;
    private final List<Field> fields;

    RouteMatch(RouteConfig config) {
        this.hosts =
                config.hosts().stream()
                        .filter(each -> !each.startsWith("*"))
                        .map(each -> Bytes.ascii(each.toLowerCase(Locale.ROOT)))
                        .toList();
        this.below =
                config.hosts().stream()
                        .filter(each -> each.startsWith("*"))
                        .map(each -> Bytes.ascii(each.substring(1).toLowerCase(Locale.ROOT)))
                        .toList();
        this.methods = config.methods().stream().map(Bytes::ascii).toList();
        this.fields =
                config.headers().entrySet().stream()
                        .map(each ->
                                new Field(
                                        Bytes.ascii(each.getKey().toLowerCase(Locale.ROOT)),
                                        each.getValue().equals("*")
                                                ? null
                                                : Bytes.ascii(each.getValue())))
                        .toList();
    }

    boolean fits(Head head, byte[] path, boolean exact) {
        return fitsPath(head, path, exact)
                && ((hosts.isEmpty() && below.isEmpty()) || fitsHost(head))
                && (methods.isEmpty() || fitsMethod(head))
                && (fields.isEmpty() || fitsFields(head));
    }

    /** A path is for all below it, by whole segments. */
    private static boolean fitsPath(Head head, byte[] path, boolean exact) {
        int from = head.routeStart;
        int length = head.routeEnd - from;
        int most = path.length;
        if (length < most || (exact && length != most)) {
            return false;
        }
        byte[] all = head.bytes;
        if (!Arrays.equals(all, from, from + most, path, 0, most)) {
            return most == 1 && !exact;
        }
        return length == most || path[most - 1] == '/' || all[from + most] == '/';
    }

    private boolean fitsHost(Head head) {
        byte[] all = head.bytes;
        int from = head.authorityStart;
        int to = from;
        boolean six = to < head.authorityEnd && all[to] == '[';
        while (to < head.authorityEnd && (all[to] != ':' || six)) {
            six &= all[to] != ']';
            to++;
        }
        if (to - from > 1 && all[to - 1] == '.') {
            to--;
        }
        for (int i = 0; i < hosts.size(); i++) {
            if (to - from == hosts.get(i).length && same(all, from, hosts.get(i))) {
                return true;
            }
        }
        for (int i = 0; i < below.size(); i++) {
            int start = to - below.get(i).length;
            if (start > from && same(all, start, below.get(i))) {
                return true;
            }
        }
        return false;
    }

    private static boolean same(byte[] all, int from, byte[] lower) {
        for (int i = 0; i < lower.length; i++) {
            int c = all[from + i];
            if ((c >= 'A' && c <= 'Z' ? c + 32 : c) != lower[i]) {
                return false;
            }
        }
        return true;
    }

    private boolean fitsMethod(Head head) {
        for (int i = 0; i < methods.size(); i++) {
            byte[] each = methods.get(i);
            if (Arrays.equals(head.bytes, head.methodStart, head.methodEnd, each, 0, each.length)) {
                return true;
            }
        }
        return false;
    }

    private boolean fitsFields(Head head) {
        for (int i = 0; i < fields.size(); i++) {
            Field each = fields.get(i);
            byte[] value = each.value();
            int at = head.find(each.name());
            boolean fits =
                    at >= 0
                            && (value == null
                                    || Arrays.equals(
                                            head.bytes,
                                            head.valueStart(at),
                                            head.valueEnd(at),
                                            value,
                                            0,
                                            value.length));
            if (!fits) {
                return false;
            }
        }
        return true;
    }
}
