package io.feiqian.proxy;

import java.net.InetAddress;
import java.util.Arrays;

/**
 * A network, as an address and how many of its leading bits count (CIDR). Immutable.
 *
 * @param address its address, 4 or 16 bytes as text
 * @param bits how many leading bits count
 */
public record Network(String address, int bits) {
    /**
     * Reads {@code 10.0.0.0/8}, {@code 2001:db8::/32} or one address.
     *
     * @throws IllegalArgumentException where it is none of these
     */
    public static Network parse(String text) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        if (!address.matches("[0-9A-Fa-f:.]{2,45}")
                || !(address.contains(":") || address.matches("(\\d{1,3}\\.){3}\\d{1,3}"))) {
            throw wrong(text);
        }
        int most = bytes(address).length * 8;
        String digits = slash < 0 ? Integer.toString(most) : text.substring(slash + 1);
        if (!digits.matches("\\d{1,3}") || Integer.parseInt(digits) > most) {
            throw wrong(text);
        }
        return new Network(address, Integer.parseInt(digits));
    }

    /** Whether this address lies in it; an IPv4 address in IPv6 form counts as IPv4. */
    public boolean contains(InetAddress client) {
        byte[] mine = bytes(address);
        byte[] other = client.getAddress();
        if (mine.length != other.length) {
            return false;
        }
        int whole = bits / 8;
        if (!Arrays.equals(mine, 0, whole, other, 0, whole)) {
            return false;
        }
        int rest = bits % 8;
        int mask = 0xFF << (8 - rest);
        return rest == 0 || (mine[whole] & mask) == (other[whole] & mask);
    }

    private static byte[] bytes(String address) {
        try {
            return InetAddress.ofLiteral(address).getAddress();
        } catch (IllegalArgumentException wrong) {
            throw wrong(address);
        }
    }

    private static IllegalArgumentException wrong(String text) {
        return new IllegalArgumentException(
                "network: %s (expected: such as 10.0.0.0/8 or 2001:db8::/32)".formatted(text));
    }
}
