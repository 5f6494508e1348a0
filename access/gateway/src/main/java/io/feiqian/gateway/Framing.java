package io.feiqian.gateway;

import io.feiqian.proxy.HttpAnswer;
import io.feiqian.proxy.Problem;
import io.feiqian.vocabulary.OutcomeCode;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a request ends on the wire must never be in doubt, or one who shares a connection can slip
 * a request under another's name: what two readers could take for two things is refused.
 */
final class Framing {
    private Framing() {}

    /** A decoder that refuses a body announced in two ways. */
    static HttpRequestDecoder decoder(GatewayConfig config) {
        HttpDecoderConfig decoding =
                new HttpDecoderConfig()
                        .setMaxInitialLineLength(config.maxHeaderBytes())
                        .setMaxHeaderSize(config.maxHeaderBytes())
                        .setAllowDuplicateContentLengths(false)
                        .setStrictLineParsing(true);
        return new HttpRequestDecoder(decoding) {
            @Override
            protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
                throw new IllegalArgumentException(
                        "both Content-Length and Transfer-Encoding (expected: one)");
            }
        };
    }

    /** Why the head of a request cannot be taken; null where it can. */
    static @Nullable HttpAnswer refusal(HttpRequest request) {
        HttpVersion version = request.protocolVersion();
        if (!version.equals(HttpVersion.HTTP_1_1) && !version.equals(HttpVersion.HTTP_1_0)) {
            return Problem.answer(
                    505,
                    OutcomeCode.MALFORMED_REQUEST,
                    "version: " + FieldValues.shortened(version.text()) + " (expected: HTTP/1.1)");
        }
        List<String> codings = request.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING);
        boolean chunked = codings.size() == 1 && codings.getFirst().equalsIgnoreCase("chunked");
        if (!codings.isEmpty() && (!chunked || version.equals(HttpVersion.HTTP_1_0))) {
            return Problem.answer(
                    OutcomeCode.MALFORMED_REQUEST,
                    "transfer-encoding: %s (expected: chunked, once, in HTTP/1.1)"
                            .formatted(FieldValues.shortened(String.join(", ", codings))));
        }
        int hosts = request.headers().getAll(HttpHeaderNames.HOST).size();
        if (hosts > 1 || (hosts == 0 && version.equals(HttpVersion.HTTP_1_1))) {
            return Problem.answer(
                    OutcomeCode.MALFORMED_REQUEST, "host: " + hosts + " headers (expected: one)");
        }
        String expectation = request.headers().get(HttpHeaderNames.EXPECT, "");
        if (!expectation.isEmpty() && !expectation.equalsIgnoreCase("100-continue")) {
            return Problem.answer(
                    417,
                    OutcomeCode.MALFORMED_REQUEST,
                    "expect: " + FieldValues.shortened(expectation) + " (expected: 100-continue)");
        }
        return null;
    }

    /** The target without scheme and authority, which proxies send. */
    static String originForm(String uri) {
        int scheme = uri.indexOf("://");
        if (scheme < 0 || uri.startsWith("/")) {
            return uri;
        }
        int path = uri.indexOf('/', scheme + 3);
        return path < 0 ? "/" : uri.substring(path);
    }
}
