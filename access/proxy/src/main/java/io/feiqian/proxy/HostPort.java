package io.feiqian.proxy;

/**
 * A host and a port.
 *
 * @param host a name or an address, IPv6 without brackets
 * @param port 0 to 65535
 */
public record HostPort(String host, int port) {
    /**
     * Reads {@code host:port} or {@code [IPv6]:port}.
     *
     * @throws IllegalArgumentException where it is neither
     */
    public static HostPort parse(String text) {
        int colon = text.lastIndexOf(':');
        String digits = text.substring(colon + 1);
        String host = colon < 0 ? "" : text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (bracketed) {
            host = host.substring(1, host.length() - 1);
        }
        boolean six = host.contains(":");
        if (!digits.matches("\\d{1,5}")
                || Integer.parseInt(digits) > 65_535
                || !host.matches(
                        six ? "[0-9A-Fa-f:.]{2,45}(%[0-9A-Za-z]+)?" : "[0-9A-Za-z._-]{1,253}")
                || six != bracketed) {
            throw new IllegalArgumentException(
                    "address: %s (expected: host:port or [IPv6]:port)".formatted(text));
        }
        return new HostPort(host, Integer.parseInt(digits));
    }

    @Override
    public String toString() {
        return host.contains(":") ? "[" + host + "]:" + port : host + ":" + port;
    }
}
