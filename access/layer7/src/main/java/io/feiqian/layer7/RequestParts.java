package io.feiqian.layer7;

import io.feiqian.proxy.KeyParts;
import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/** The parts of a request as a key is looked for in them, without making a question of it. */
final class RequestParts implements KeyParts {
    private final Exchange exchange;

    RequestParts(Exchange exchange) {
        this.exchange = exchange;
    }

    @Override
    public String path() {
        return exchange.request().path();
    }

    @Override
    public String query() {
        return exchange.request().query();
    }

    @Override
    public List<String> headers(String lowerCaseName) {
        Head head = exchange.request();
        byte[] name = Bytes.ascii(lowerCaseName);
        List<String> values = new ArrayList<>(1);
        for (int i = head.find(name); i >= 0; i = head.next(name, i + 1)) {
            values.add(head.value(i));
        }
        return values;
    }

    @Override
    public Body body() {
        ByteBuf all = exchange.body().collected();
        if (all == null) {
            return Body.NONE;
        }
        int from = all.arrayOffset();
        return new Body(all.array(), from, from + all.writerIndex());
    }

    @Override
    public InetAddress client() {
        return exchange.from().address();
    }
}
