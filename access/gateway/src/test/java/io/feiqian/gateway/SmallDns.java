package io.feiqian.gateway;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.dns.DatagramDnsQuery;
import io.netty.handler.codec.dns.DatagramDnsQueryDecoder;
import io.netty.handler.codec.dns.DatagramDnsResponse;
import io.netty.handler.codec.dns.DatagramDnsResponseEncoder;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A DNS server that says what a test wants, to questions by UDP. */
final class SmallDns implements AutoCloseable {
    /** One SRV record. */
    record Service(int priority, int weight, int port, String target) {}

    final AtomicInteger asked = new AtomicInteger();
    private final Map<String, List<String>> addresses = new ConcurrentHashMap<>();
    private final Map<String, List<Service>> services = new ConcurrentHashMap<>();
    private final EventLoopGroup loop =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Channel channel;
    private volatile boolean silent;

    SmallDns() {
        channel =
                new Bootstrap()
                        .group(loop)
                        .channel(NioDatagramChannel.class)
                        .handler(
                                new ChannelInitializer<DatagramChannel>() {
                                    @Override
                                    protected void initChannel(DatagramChannel to) {
                                        to.pipeline()
                                                .addLast(
                                                        new DatagramDnsQueryDecoder(),
                                                        new DatagramDnsResponseEncoder(),
                                                        new Answers());
                                    }
                                })
                        .bind(InetAddress.getLoopbackAddress(), 0)
                        .syncUninterruptibly()
                        .channel();
    }

    String address() {
        return "127.0.0.1:" + ((InetSocketAddress) channel.localAddress()).getPort();
    }

    /** This name is there from now on. */
    void says(String name, String... at) {
        addresses.put(name + ".", List.of(at));
    }

    /** This name has these SRV records from now on. */
    void says(String name, Service... at) {
        services.put(name + ".", List.of(at));
    }

    /** Nobody has heard of this name. */
    void forgets(String name) {
        addresses.remove(name + ".");
    }

    /** Hears questions and answers none. */
    void silent() {
        silent = true;
    }

    @Override
    public void close() {
        if (!channel.isOpen()) {
            return;
        }
        channel.close().syncUninterruptibly();
        loop.shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS).syncUninterruptibly();
    }

    private final class Answers extends SimpleChannelInboundHandler<DatagramDnsQuery> {
        @Override
        protected void channelRead0(ChannelHandlerContext ctx, DatagramDnsQuery query)
                throws Exception {
            DnsQuestion question = query.recordAt(DnsSection.QUESTION);
            asked.incrementAndGet();
            if (silent) {
                return;
            }
            InetSocketAddress here = query.recipient();
            InetSocketAddress asker = query.sender();
            DatagramDnsResponse answer = new DatagramDnsResponse(here, asker, query.id());
            answer.addRecord(
                    DnsSection.QUESTION, new DefaultDnsQuestion(question.name(), question.type()));
            boolean known =
                    addresses.containsKey(question.name()) || services.containsKey(question.name());
            answer.setCode(known ? DnsResponseCode.NOERROR : DnsResponseCode.NXDOMAIN);
            if (question.type().equals(DnsRecordType.A)) {
                for (String each : addresses.getOrDefault(question.name(), List.of())) {
                    add(answer, question, Unpooled.wrappedBuffer(bytes(each)));
                }
            } else if (question.type().equals(DnsRecordType.SRV)) {
                for (Service each : services.getOrDefault(question.name(), List.of())) {
                    add(answer, question, service(each));
                }
            }
            var _ = ctx.writeAndFlush(answer);
        }

        private static void add(DatagramDnsResponse answer, DnsQuestion question, ByteBuf content) {
            // Whoever remembers it so long does not follow.
            answer.addRecord(
                    DnsSection.ANSWER,
                    new DefaultDnsRawRecord(question.name(), question.type(), 3_600, content));
        }
    }

    private static byte[] bytes(String address) {
        return InetAddress.ofLiteral(address).getAddress();
    }

    private static ByteBuf service(Service service) {
        ByteBuf content =
                Unpooled.buffer()
                        .writeShort(service.priority())
                        .writeShort(service.weight())
                        .writeShort(service.port());
        for (String label : service.target().split("\\.", -1)) {
            byte[] bytes = label.getBytes(StandardCharsets.US_ASCII);
            content.writeByte(bytes.length).writeBytes(bytes);
        }
        return content.writeByte(0);
    }
}
