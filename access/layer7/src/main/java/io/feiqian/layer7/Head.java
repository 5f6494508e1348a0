package io.feiqian.layer7;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The head of a request or of an answer, or trailers: bytes in one buffer that is used again and
 * again, and where in it things stand. No object is made per field. Names are in lower case.
 *
 * <p>Filled by {@link HeadParser} from HTTP/1.1, or by {@link #request}, {@link #answer} and {@link
 * #add} from HTTP/2; whoever comes later cannot tell. Fields are dropped and added in place, and
 * what is left is what goes on. Not thread-safe.
 */
public final class Head {
    /** The length of a body that only its end tells. */
    public static final long UNKNOWN = -1;

    private static final int STRIDE = 6;
    private static final int NAME_END = 1;
    private static final int VALUE = 2;
    private static final int VALUE_END = 3;
    private static final int END = 4;
    private static final int KNOWN = 5;
    private static final int DROPPED = -1;

    byte[] bytes = new byte[1_024];
    int length;

    private int[] fields = new int[STRIDE * 24];
    private int count;

    // Of requests: where in the bytes they stand.
    int methodStart;
    int methodEnd;
    int targetStart;
    int targetEnd;
    int queryStart;
    int routeStart;
    int routeEnd;
    int authorityStart;
    int authorityEnd;
    int sentTargetStart;
    int sentTargetEnd;
    Verb verb = Verb.OTHER;

    // Of answers.
    int status;

    boolean old;
    boolean close;
    boolean chunked;
    boolean expectsContinue;
    boolean upgrades;

    /** Whether it is a call of gRPC. */
    boolean grpc;

    long bodyLength;

    /** Empties it for another head. */
    public void clear() {
        length = 0;
        count = 0;
        verb = Verb.OTHER;
        status = 0;
        old = false;
        close = false;
        chunked = false;
        expectsContinue = false;
        upgrades = false;
        grpc = false;
        bodyLength = 0;
        methodStart = methodEnd = targetStart = targetEnd = queryStart = 0;
        routeStart = routeEnd = authorityStart = authorityEnd = 0;
        sentTargetStart = sentTargetEnd = 0;
    }

    /** Begins a request, as HTTP/2 brings it; fields follow, then {@link Requests#check}. */
    public void request(CharSequence method, CharSequence authority, CharSequence target) {
        clear();
        methodStart = length;
        methodEnd = append(method);
        targetStart = length;
        targetEnd = append(target);
        addText("host", authority);
    }

    /** Begins an answer, as HTTP/2 brings it; fields follow. */
    public void answer(int newStatus) {
        clear();
        status = newStatus;
    }

    /**
     * Adds a field.
     *
     * @param lowerCaseName its name
     * @param value without line ends; the caller has seen to that
     */
    public void add(byte[] lowerCaseName, byte[] value) {
        add(lowerCaseName, value, value.length);
    }

    void add(byte[] name, byte[] value, int valueLength) {
        int start = length;
        ensure(name.length + valueLength + 4);
        System.arraycopy(name, 0, bytes, start, name.length);
        int at = start + name.length;
        bytes[at++] = ':';
        bytes[at++] = ' ';
        System.arraycopy(value, 0, bytes, at, valueLength);
        finish(start, start + name.length, at, at + valueLength);
    }

    /** The same with texts of ASCII. */
    public void addText(CharSequence lowerCaseName, CharSequence value) {
        int start = length;
        int nameEnd = append(lowerCaseName);
        ensure(2);
        bytes[length++] = ':';
        bytes[length++] = ' ';
        int from = length;
        int to = append(value);
        finish(start, nameEnd, from, to);
    }

    private void finish(int start, int nameEnd, int from, int to) {
        ensureAt(to + 2);
        bytes[to] = '\r';
        bytes[to + 1] = '\n';
        length = to + 2;
        field(start, nameEnd, from, to, length);
    }

    /** Says that a field stands here. */
    void field(int start, int nameEnd, int from, int to, int end) {
        int at = count * STRIDE;
        if (at == fields.length) {
            fields = Arrays.copyOf(fields, fields.length * 2);
        }
        fields[at] = start;
        fields[at + NAME_END] = nameEnd;
        fields[at + VALUE] = from;
        fields[at + VALUE_END] = to;
        fields[at + END] = end;
        fields[at + KNOWN] = io.feiqian.layer7.Known.of(bytes, start, nameEnd);
        count++;
    }

    /** How many fields it has had; some of them may be {@link #isDropped dropped}. */
    public int fields() {
        return count;
    }

    /** Takes a field out. */
    public void drop(int field) {
        fields[field * STRIDE + KNOWN] = DROPPED;
    }

    /** Takes all fields of this name out. */
    public void dropAll(byte[] lowerCaseName) {
        for (int i = 0; i < count; i++) {
            if (isNamed(i, lowerCaseName)) {
                drop(i);
            }
        }
    }

    /** Takes all fields of this kind out. */
    public void dropAll(int known) {
        for (int i = 0; i < count; i++) {
            if (known(i) == known) {
                drop(i);
            }
        }
    }

    /** Whether a field was taken out. */
    public boolean isDropped(int field) {
        return fields[field * STRIDE + KNOWN] == DROPPED;
    }

    /** Which of the {@link Known} fields it is. */
    public int known(int field) {
        return fields[field * STRIDE + KNOWN];
    }

    /** The first of these fields; -1 for none. */
    public int find(int known) {
        for (int i = 0, at = KNOWN; i < count; i++, at += STRIDE) {
            if (fields[at] == known) {
                return i;
            }
        }
        return -1;
    }

    /** The first field of this name; -1 for none. */
    public int find(byte[] lowerCaseName) {
        return next(lowerCaseName, 0);
    }

    /** The first field of this name from this one on; -1 for none. */
    public int next(byte[] lowerCaseName, int from) {
        for (int i = from; i < count; i++) {
            if (isNamed(i, lowerCaseName)) {
                return i;
            }
        }
        return -1;
    }

    private boolean isNamed(int field, byte[] name) {
        int at = field * STRIDE;
        int from = fields[at];
        int to = fields[at + NAME_END];
        return to - from == name.length
                && fields[at + KNOWN] != DROPPED
                && bytes[from] == name[0]
                && Arrays.equals(bytes, from, to, name, 0, name.length);
    }

    /** Where a field's name begins in {@link #array}. */
    public int nameStart(int field) {
        return fields[field * STRIDE];
    }

    /** Where it ends. */
    public int nameEnd(int field) {
        return fields[field * STRIDE + NAME_END];
    }

    /** Where a field's value begins in {@link #array}. */
    public int valueStart(int field) {
        return fields[field * STRIDE + VALUE];
    }

    /** Where it ends. */
    public int valueEnd(int field) {
        return fields[field * STRIDE + VALUE_END];
    }

    /** Where its line ends, line end included. */
    int lineEnd(int field) {
        return fields[field * STRIDE + END];
    }

    /** The bytes; only until anything is added. */
    public byte[] array() {
        return bytes;
    }

    /** The value of a field; makes a text. */
    public String value(int field) {
        return text(valueStart(field), valueEnd(field));
    }

    /** The value of the first field of this name; empty for none. Makes a text. */
    public String valueOf(byte[] lowerCaseName) {
        int field = find(lowerCaseName);
        return field < 0 ? "" : value(field);
    }

    /** What the method is. */
    public Verb verb() {
        return verb;
    }

    /** The method, as a text. */
    public String method() {
        return verb == Verb.OTHER ? text(methodStart, methodEnd) : verb.name();
    }

    /** The path as it came, without the query. Makes a text. */
    public String path() {
        return text(targetStart, queryStart);
    }

    /** What follows the question mark; empty for nothing. Makes a text. */
    public String query() {
        return queryStart < targetEnd ? text(queryStart + 1, targetEnd) : "";
    }

    /** Host and port as they came. Makes a text. */
    public String authority() {
        return text(authorityStart, authorityEnd);
    }

    /** The status of an answer. */
    public int status() {
        return status;
    }

    /** The length of the body: 0 for none, {@link #UNKNOWN} where only its end tells. */
    public long bodyLength() {
        return bodyLength;
    }

    /** Says how long the body is. */
    public void bodyLength(long newLength) {
        bodyLength = newLength;
    }

    /** Whether the client waits for a word before it sends the body. */
    public boolean expectsContinue() {
        return expectsContinue;
    }

    /** Whether the client wants to speak something else, such as WebSocket. */
    public boolean upgrades() {
        return upgrades;
    }

    /** Sends another target than the one that came. */
    void sendTarget(byte[] prefix, int restFrom) {
        int start = length;
        int rest = targetEnd - restFrom;
        ensure(prefix.length + rest);
        System.arraycopy(prefix, 0, bytes, start, prefix.length);
        System.arraycopy(bytes, restFrom, bytes, start + prefix.length, rest);
        length += prefix.length + rest;
        sentTargetStart = start;
        sentTargetEnd = length;
    }

    /** All fields by name, as guards see them. Makes texts. */
    Map<String, List<String>> headers() {
        Map<String, List<String>> all = new HashMap<>();
        for (int i = 0; i < count; i++) {
            if (!isDropped(i)) {
                all.computeIfAbsent(text(nameStart(i), nameEnd(i)), name -> new ArrayList<>(1))
                        .add(value(i));
            }
        }
        return all;
    }

    String text(int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }

    int append(CharSequence ascii) {
        int many = ascii.length();
        ensure(many);
        for (int i = 0; i < many; i++) {
            bytes[length++] = (byte) ascii.charAt(i);
        }
        return length;
    }

    void ensure(int more) {
        ensureAt(length + more);
    }

    private void ensureAt(int size) {
        if (size > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(size, bytes.length * 2));
        }
    }
}
