package io.feiqian.gateway;

import com.google.protobuf.ByteString;
import io.feiqian.proxy.HttpQuestion;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A request while its body arrives. */
final class Arriving {
    private final HttpRequest head;
    private final ByteString.Output body = ByteString.newOutput();

    Arriving(HttpRequest head) {
        this.head = head;
    }

    /** Takes a part of the body; false where it would become longer than this. */
    boolean add(ByteBuf part, int most) {
        if (body.size() + part.readableBytes() > most) {
            return false;
        }
        try {
            part.readBytes(body, part.readableBytes());
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return true;
    }

    int length() {
        return body.size();
    }

    boolean isHead() {
        return head.method().equals(HttpMethod.HEAD);
    }

    boolean keepAlive() {
        return HttpUtil.isKeepAlive(head);
    }

    HttpQuestion question() {
        Map<String, List<String>> headers = new HashMap<>();
        head.headers()
                .forEach(header ->
                        headers.computeIfAbsent(
                                        header.getKey().toLowerCase(Locale.ROOT),
                                        name -> new ArrayList<>())
                                .add(header.getValue()));
        String target = Framing.originForm(head.uri());
        int mark = target.indexOf('?');
        return new HttpQuestion(
                head.method().name(),
                mark < 0 ? target : target.substring(0, mark),
                mark < 0 ? "" : target.substring(mark + 1),
                headers,
                body.toByteString());
    }
}
