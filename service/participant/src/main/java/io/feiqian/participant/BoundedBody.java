package io.feiqian.participant;

import java.io.IOException;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/** A body in UTF-8 that is read up to a bound: a longer one is no answer, and ends the exchange. */
final class BoundedBody implements BodySubscriber<String> {
    private final BodySubscriber<String> inner = BodySubscribers.ofString(StandardCharsets.UTF_8);
    private final int most;
    private Optional<Flow.Subscription> subscription = Optional.empty();
    private long read;

    private BoundedBody(int most) {
        this.most = most;
    }

    static BodyHandler<String> handler(int most) {
        return response -> new BoundedBody(most);
    }

    @Override
    public CompletionStage<String> getBody() {
        return inner.getBody();
    }

    @Override
    public void onSubscribe(Flow.Subscription begun) {
        subscription = Optional.of(begun);
        inner.onSubscribe(begun);
    }

    @Override
    public void onNext(List<ByteBuffer> item) {
        for (ByteBuffer each : item) {
            read += each.remaining();
        }
        if (read > most) {
            subscription.ifPresent(Flow.Subscription::cancel);
            inner.onError(new IOException("answer: longer (expected: at most " + most + " bytes)"));
        } else {
            inner.onNext(item);
        }
    }

    @Override
    public void onError(Throwable failed) {
        inner.onError(failed);
    }

    @Override
    public void onComplete() {
        inner.onComplete();
    }
}
