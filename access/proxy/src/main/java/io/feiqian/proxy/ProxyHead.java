package io.feiqian.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The header of the PROXY protocol, versions 1 and 2: who speaks, as a proxy in front says it. Read
 * strictly: what the specification does not allow is no header. Immutable.
 *
 * @param source the client; empty where the proxy speaks for itself or does not know
 * @param destination where the client connected to; empty like the source
 */
public record ProxyHead(
        Optional<InetSocketAddress> source, Optional<InetSocketAddress> destination) {
    /** What a look at some bytes has found. */
    public sealed interface Read {
        /** More bytes are needed. */
        record More() implements Read {}

        /** These bytes are no header, and no more of them will make one. */
        record Wrong(String why) implements Read {}

        /** A header of so many bytes. */
        record Whole(ProxyHead head, int length) implements Read {}
    }

    /** The header of a proxy that speaks for itself. */
    public static final ProxyHead NONE = new ProxyHead(Optional.empty(), Optional.empty());

    private static final Read MORE = new Read.More();
    private static final byte[] TEXT = "PROXY ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SIGNATURE = {
        0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A
    };
    private static final int MOST_TEXT = 107;
    private static final int FIXED = 16;

    /** So long may addresses and further facts be; there is no need for the 64 KB allowed. */
    private static final int MOST_REST = 2_048;

    private static final int BYTE = 0xFF;
    private static final int FOUR = 12;
    private static final int SIX = 36;
    private static final int UNIX = 216;

    /**
     * Looks whether a header leads these bytes. Moves no index.
     *
     * @param in the bytes from the reader's index on
     */
    public static Read read(ByteBuf in) {
        if (!in.isReadable()) {
            return MORE;
        }
        return in.getByte(in.readerIndex()) == TEXT[0] ? readText(in) : readBytes(in);
    }

    /** The header that says so, in version 1 or 2. */
    public static byte[] write(
            PoolConfig.ProxyVersion version,
            InetSocketAddress source,
            InetSocketAddress destination) {
        InetAddress from = source.getAddress();
        InetAddress to = destination.getAddress();
        boolean same = (from instanceof Inet4Address) == (to instanceof Inet4Address);
        return switch (version) {
            case NONE -> new byte[0];
            case V1 -> {
                String family = from instanceof Inet4Address ? "TCP4" : "TCP6";
                String text =
                        same
                                ? "PROXY %s %s %s %d %d\r\n"
                                        .formatted(
                                                family,
                                                bare(from),
                                                bare(to),
                                                source.getPort(),
                                                destination.getPort())
                                : "PROXY UNKNOWN\r\n";
                yield text.getBytes(StandardCharsets.US_ASCII);
            }
            case V2 -> same ? bytes(source, destination) : local();
        };
    }

    /** The header of a proxy that speaks for itself, in version 1 or 2; nothing for none. */
    public static byte[] local(PoolConfig.ProxyVersion version) {
        return switch (version) {
            case NONE -> new byte[0];
            case V1 -> "PROXY UNKNOWN\r\n".getBytes(StandardCharsets.US_ASCII);
            case V2 -> local();
        };
    }

    /** The header of version 2 of a proxy that speaks for itself. */
    static byte[] local() {
        byte[] all = Arrays.copyOf(SIGNATURE, FIXED);
        all[12] = 0x20;
        return all;
    }

    private static byte[] bytes(InetSocketAddress source, InetSocketAddress destination) {
        byte[] from = source.getAddress().getAddress();
        byte[] to = destination.getAddress().getAddress();
        ByteBuf all = Unpooled.buffer(FIXED + SIX);
        all.writeBytes(SIGNATURE).writeByte(0x21);
        all.writeByte(from.length == 4 ? 0x11 : 0x21);
        all.writeShort(from.length * 2 + 4);
        all.writeBytes(from).writeBytes(to);
        all.writeShort(source.getPort()).writeShort(destination.getPort());
        byte[] bytes = new byte[all.readableBytes()];
        all.readBytes(bytes);
        return bytes;
    }

    private static Read readText(ByteBuf in) {
        int start = in.readerIndex();
        int most = Math.min(in.readableBytes(), MOST_TEXT);
        for (int i = 0; i < Math.min(most, TEXT.length); i++) {
            if (in.getByte(start + i) != TEXT[i]) {
                return new Read.Wrong("no PROXY header");
            }
        }
        int end = -1;
        for (int i = 0; i < most && end < 0; i++) {
            if (in.getByte(start + i) == '\n') {
                end = i;
            }
        }
        if (end < 0) {
            return most == MOST_TEXT ? new Read.Wrong("a line without end") : MORE;
        }
        if (in.getByte(start + end - 1) != '\r') {
            return new Read.Wrong("a line without CR");
        }
        String line = in.toString(start, end - 1, StandardCharsets.ISO_8859_1);
        ProxyHead head = ofText(line);
        return head == null
                ? new Read.Wrong("no addresses of a PROXY header")
                : new Read.Whole(head, end + 1);
    }

    private static @Nullable ProxyHead ofText(String line) {
        // What follows UNKNOWN is to be ignored.
        if (line.equals("PROXY UNKNOWN") || line.startsWith("PROXY UNKNOWN ")) {
            return NONE;
        }
        String[] words = line.split(" ", -1);
        if (words.length != 6 || !(words[1].equals("TCP4") || words[1].equals("TCP6"))) {
            return null;
        }
        boolean six = words[1].equals("TCP6");
        InetSocketAddress source = address(words[2], words[4], six);
        InetSocketAddress destination = address(words[3], words[5], six);
        return source == null || destination == null
                ? null
                : new ProxyHead(Optional.of(source), Optional.of(destination));
    }

    private static @Nullable InetSocketAddress address(String host, String port, boolean six) {
        boolean right =
                six
                        ? host.indexOf(':') >= 0 && host.matches("[0-9A-Fa-f:.]{2,45}")
                        : host.matches("((0|[1-9]\\d{0,2})\\.){3}(0|[1-9]\\d{0,2})");
        if (!right || !port.matches("0|[1-9]\\d{0,4}") || Integer.parseInt(port) > 65_535) {
            return null;
        }
        try {
            return new InetSocketAddress(InetAddress.ofLiteral(host), Integer.parseInt(port));
        } catch (IllegalArgumentException none) {
            return null;
        }
    }

    private static Read readBytes(ByteBuf in) {
        int start = in.readerIndex();
        int there = in.readableBytes();
        for (int i = 0; i < Math.min(there, SIGNATURE.length); i++) {
            if (in.getByte(start + i) != SIGNATURE[i]) {
                return new Read.Wrong("no PROXY header");
            }
        }
        if (there < FIXED) {
            return MORE;
        }
        int command = in.getByte(start + 12) & BYTE;
        int family = in.getByte(start + 13) & BYTE;
        int rest = in.getUnsignedShort(start + 14);
        if (command != 0x20 && command != 0x21) {
            return new Read.Wrong("version and command: " + command);
        }
        int addresses =
                switch (family) {
                    case 0x00 -> 0;
                    case 0x11, 0x12 -> FOUR;
                    case 0x21, 0x22 -> SIX;
                    case 0x31, 0x32 -> UNIX;
                    default -> -1;
                };
        if (addresses < 0 || rest < addresses || rest > MOST_REST) {
            return new Read.Wrong("family %d, length %d".formatted(family, rest));
        }
        if (there < FIXED + rest) {
            return MORE;
        }
        boolean isKnown = command == 0x21 && (addresses == FOUR || addresses == SIX);
        if (!areFacts(in, start + FIXED + addresses, start + FIXED + rest, family == 0x00)) {
            return new Read.Wrong("facts that do not fill their length");
        }
        ProxyHead head = isKnown ? addresses(in, start + FIXED, addresses == FOUR ? 4 : 16) : NONE;
        return new Read.Whole(head, FIXED + rest);
    }

    /** Whether type, length and value follow each other up to the end; unread where unspecified. */
    private static boolean areFacts(ByteBuf in, int from, int to, boolean unspecified) {
        int at = from;
        while (!unspecified && at < to) {
            if (to - at < 3) {
                return false;
            }
            at += 3 + in.getUnsignedShort(at + 1);
        }
        return unspecified || at == to;
    }

    private static ProxyHead addresses(ByteBuf in, int at, int size) {
        int ports = at + 2 * size;
        return new ProxyHead(
                Optional.of(socket(in, at, size, in.getUnsignedShort(ports))),
                Optional.of(socket(in, at + size, size, in.getUnsignedShort(ports + 2))));
    }

    private static InetSocketAddress socket(ByteBuf in, int at, int size, int port) {
        byte[] bytes = new byte[size];
        in.getBytes(at, bytes);
        try {
            return new InetSocketAddress(InetAddress.getByAddress(bytes), port);
        } catch (java.net.UnknownHostException impossible) {
            throw new IllegalStateException("address: " + size + " bytes", impossible);
        }
    }

    /** Without the zone of the machine. */
    private static String bare(InetAddress address) {
        String text = address.getHostAddress();
        int zone = address instanceof Inet6Address ? text.indexOf('%') : -1;
        return zone < 0 ? text : text.substring(0, zone);
    }
}
