package io.feiqian.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DefaultDnsRecordDecoder;
import io.netty.handler.codec.dns.DnsRawRecord;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.NoopAuthoritativeDnsServerCache;
import io.netty.resolver.dns.NoopDnsCache;
import io.netty.resolver.dns.NoopDnsCnameCache;
import io.netty.resolver.dns.SequentialDnsServerAddressStreamProvider;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Asks DNS servers (M6.3-5): for addresses, and for a name that begins with an underscore for SRV
 * records, which say the ports too (RFC 2782). Keeps nothing, so that what is asked for is asked
 * for. Blocks; thread-safe.
 */
final class DnsLookUp implements BackendAddresses.LookUp {
    /** So long a server has; the next one is asked then, as long as the whole has time. */
    private static final long QUERY_MILLIS = 1_500;

    private static final long ALL_MILLIS = 5_000;

    /** So many places an SRV answer is spread over, by weight. */
    private static final int PLACES = 16;

    /** One SRV record. */
    private record Service(int priority, int weight, int port, String target) {}

    private final DnsNameResolver resolver;

    /**
     * Asks these servers.
     *
     * @param servers none for those that the machine asks
     */
    DnsLookUp(Transport transport, List<InetSocketAddress> servers) {
        DnsNameResolverBuilder builder =
                new DnsNameResolverBuilder(transport.loops().next())
                        .datagramChannelType(transport.datagram())
                        .socketChannelType(transport.client())
                        .queryTimeoutMillis(QUERY_MILLIS)
                        .resolveCache(NoopDnsCache.INSTANCE)
                        .cnameCache(NoopDnsCnameCache.INSTANCE)
                        .authoritativeDnsServerCache(NoopAuthoritativeDnsServerCache.INSTANCE);
        if (!servers.isEmpty()) {
            builder =
                    builder.nameServerProvider(
                            new SequentialDnsServerAddressStreamProvider(servers));
        }
        resolver = builder.build();
    }

    @Override
    public List<InetSocketAddress> all(String name, int port) throws UnknownHostException {
        return name.startsWith("_") ? services(name) : addresses(name, port);
    }

    @Override
    public void close() {
        resolver.close();
    }

    private List<InetSocketAddress> addresses(String name, int port) throws UnknownHostException {
        List<InetSocketAddress> all = new ArrayList<>();
        for (InetAddress each : answer(name, resolver.resolveAll(name))) {
            all.add(new InetSocketAddress(each, port));
        }
        return all;
    }

    /** Those of the lowest priority, each as often as its weight is of all. */
    private List<InetSocketAddress> services(String name) throws UnknownHostException {
        List<Service> found = new ArrayList<>();
        for (DnsRecord each :
                answer(
                        name,
                        resolver.resolveAll(new DefaultDnsQuestion(name, DnsRecordType.SRV)))) {
            try {
                if (each instanceof DnsRawRecord raw && each.type().equals(DnsRecordType.SRV)) {
                    found.add(service(raw.content().duplicate()));
                }
            } finally {
                ReferenceCountUtil.release(each);
            }
        }
        int first = found.stream().mapToInt(Service::priority).min().orElse(0);
        found.removeIf(each -> each.priority() != first || each.target().equals("."));
        int sum = found.stream().mapToInt(Service::weight).sum();
        List<InetSocketAddress> all = new ArrayList<>();
        for (Service each : found) {
            int places = sum == 0 ? 1 : Math.max(1, PLACES * each.weight() / sum);
            List<InetSocketAddress> at = addresses(each.target(), each.port());
            for (int i = 0; i < places; i++) {
                all.addAll(at);
            }
        }
        return all;
    }

    private static Service service(ByteBuf content) {
        int priority = content.readUnsignedShort();
        int weight = content.readUnsignedShort();
        int port = content.readUnsignedShort();
        return new Service(priority, weight, port, DefaultDnsRecordDecoder.decodeName(content));
    }

    private static <T> List<T> answer(String name, Future<List<T>> asked)
            throws UnknownHostException {
        try {
            return asked.get(ALL_MILLIS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException nowhere) {
            throw unknown(name, nowhere);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw unknown(name, stopped);
        }
    }

    private static UnknownHostException unknown(String name, Exception why) {
        UnknownHostException unknown = new UnknownHostException(name);
        var _ = unknown.initCause(why);
        return unknown;
    }
}
