package io.feiqian.proxy;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;

/** Some networks, ready to be asked about an address often. Immutable. */
public final class Networks {
    /** None. */
    public static final Networks NONE = new Networks(List.of());

    private final List<Network> all;
    private final byte[][] four;
    private final int[] fourBits;
    private final byte[][] six;
    private final int[] sixBits;

    private Networks(List<Network> all) {
        this.all = List.copyOf(all);
        List<Network> fours = this.all.stream().filter(Networks::isFour).toList();
        List<Network> sixes = this.all.stream().filter(each -> !isFour(each)).toList();
        this.four = fours.stream().map(Networks::bytes).toArray(byte[][]::new);
        this.fourBits = fours.stream().mapToInt(Network::bits).toArray();
        this.six = sixes.stream().map(Networks::bytes).toArray(byte[][]::new);
        this.sixBits = sixes.stream().mapToInt(Network::bits).toArray();
    }

    /** These. */
    public static Networks of(List<Network> all) {
        return all.isEmpty() ? NONE : new Networks(all);
    }

    /** These, as they stand in a configuration. */
    public static Networks parse(List<String> texts) {
        return of(texts.stream().map(Network::parse).toList());
    }

    /** Which. */
    public List<Network> all() {
        return all;
    }

    /** Whether there are none. */
    public boolean isEmpty() {
        return all.isEmpty();
    }

    /** Whether this address lies in one of them. */
    public boolean contain(InetAddress client) {
        if (all.isEmpty()) {
            return false;
        }
        byte[] address = client.getAddress();
        boolean isFour = client instanceof Inet4Address;
        byte[][] known = isFour ? four : six;
        int[] bits = isFour ? fourBits : sixBits;
        for (int i = 0; i < known.length; i++) {
            if (isIn(address, known[i], bits[i])) {
                return true;
            }
        }
        return false;
    }

    private static boolean isIn(byte[] address, byte[] network, int bits) {
        int whole = bits >> 3;
        for (int i = 0; i < whole; i++) {
            if (address[i] != network[i]) {
                return false;
            }
        }
        int rest = bits & 7;
        return rest == 0 || ((address[whole] ^ network[whole]) & 0xFF & (0xFF << (8 - rest))) == 0;
    }

    private static boolean isFour(Network network) {
        return InetAddress.ofLiteral(network.address()) instanceof Inet4Address;
    }

    private static byte[] bytes(Network network) {
        return InetAddress.ofLiteral(network.address()).getAddress();
    }
}
