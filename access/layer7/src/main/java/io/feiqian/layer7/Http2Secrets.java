package io.feiqian.layer7;

import io.netty.handler.codec.http2.Http2HeadersEncoder.SensitivityDetector;
import io.netty.util.AsciiString;

/** Fields that no table keeps, so that nobody can find them out by how well they are compressed. */
final class Http2Secrets {
    static final SensitivityDetector DETECTOR =
            (name, value) ->
                    AsciiString.contentEquals(name, "authorization")
                            || AsciiString.contentEquals(name, "cookie")
                            || AsciiString.contentEquals(name, "set-cookie");

    private Http2Secrets() {}
}
