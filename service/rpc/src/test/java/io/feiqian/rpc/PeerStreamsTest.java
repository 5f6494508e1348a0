package io.feiqian.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.rpc.contract.Frame;
import io.feiqian.rpc.contract.FrameBatch;
import io.feiqian.rpc.contract.PeerStreamGrpc;
import io.feiqian.rpc.contract.Reply;
import io.feiqian.rpc.contract.Request;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.ManualTimer;
import io.feiqian.runtime.SettableClock;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import io.grpc.BindableService;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The stream between two cells, over real connections; time stands still until a test moves it. */
class PeerStreamsTest {
    private final CountDownLatch taken = new CountDownLatch(1);
    private static final CellId PEER = new CellId(2);
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final PeerLimits SMALL =
            new PeerLimits(64, 1 << 16, 4, 8, Duration.ofMillis(50), Duration.ofSeconds(2), 2);

    private final SettableClock clock = new SettableClock(Instant.parse("2026-01-31T00:00:00Z"));
    private final ManualTimer timer = new ManualTimer(clock);
    private final Map<CellId, List<Endpoint>> instances = new ConcurrentHashMap<>();
    private final List<RpcServer> servers = new ArrayList<>();
    private PeerStreams streams = streams(PeerLimits.DEFAULT);

    @AfterEach
    void close() {
        streams.close();
        servers.forEach(each -> each.stop(Duration.ZERO));
    }

    @Requirement("D5.2-b")
    @Test
    void aMessageIsAnsweredByThePeerCell() {
        serve("b", accepting("b"));

        PeerAnswer answer = await(send(Request.Kind.TRY, 1));

        assertThat(answer).isEqualTo(new PeerAnswer.Replied(reply("b")));
    }

    /** The first caller of a stream is often a call of somebody else, and that call ends. */
    @Test
    void theStreamOutlivesTheCallThatWasFirst() {
        CompletableFuture<Reply> later = new CompletableFuture<>();
        serve("b", request -> request.getBranch() == 1 ? later : done("b"));
        Context.CancellableContext call = Context.current().withCancellation();
        List<CompletableFuture<PeerAnswer>> answers = new ArrayList<>();
        call.run(() -> answers.add(send(Request.Kind.TRY, 1)));
        assertThat(await(send(Request.Kind.TRY, 2))).isEqualTo(replied("b"));

        call.cancel(null);

        assertThat(await(send(Request.Kind.TRY, 3))).isEqualTo(replied("b"));
        later.complete(reply("late"));
        assertThat(await(answers.getFirst())).isEqualTo(replied("late"));
    }

    @Test
    void messagesOfManyCallersTravelInBatches() {
        List<Integer> sizes = new CopyOnWriteArrayList<>();
        CompletableFuture<Void> all = new CompletableFuture<>();
        // The peer reads its first batch only when everything has been handed over.
        serve("b", new Recorder(sizes, all));
        List<CompletableFuture<PeerAnswer>> answers = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            answers.add(send(Request.Kind.CONFIRM, i));
        }
        all.complete(null);

        answers.forEach(each -> assertThat(await(each)).isInstanceOf(PeerAnswer.Replied.class));
        assertThat(sizes.stream().mapToInt(Integer::intValue).sum()).isEqualTo(1_000);
        assertThat(sizes).hasSizeLessThan(500);
    }

    @Test
    void repliesNeedNoOrder() {
        CompletableFuture<Reply> slow = new CompletableFuture<>();
        serve("b", request -> request.getBranch() == 1 ? slow : EchoCell.done(reply("quick")));

        CompletableFuture<PeerAnswer> first = send(Request.Kind.TRY, 1);
        assertThat(await(send(Request.Kind.TRY, 2))).isEqualTo(replied("quick"));
        assertThat(first).isNotDone();
        slow.complete(reply("slow"));

        assertThat(await(first)).isEqualTo(replied("slow"));
    }

    @Test
    void newWorkBeyondTheBoundIsOverloadedAndFinishingWorkStillGoes() {
        use(SMALL);
        CompletableFuture<Reply> never = new CompletableFuture<>();
        serve("b", request -> request.getKind() == Request.Kind.TRY ? never : done("b"));
        List<CompletableFuture<PeerAnswer>> tries = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            tries.add(send(Request.Kind.TRY, i));
        }

        assertThat(await(send(Request.Kind.TRY, 5))).isEqualTo(failed(OutcomeCode.OVERLOADED));
        assertThat(await(send(Request.Kind.CONFIRM, 6))).isEqualTo(replied("b"));
        never.complete(reply("late"));
        tries.forEach(each -> assertThat(await(each)).isEqualTo(replied("late")));
        assertThat(await(send(Request.Kind.TRY, 7))).isEqualTo(replied("late"));
    }

    @Test
    void aDrainedPeerTakesNothingNewAndStillFinishesWhatWasBegun() {
        Intake intake = new Intake();
        CompletableFuture<Reply> later = new CompletableFuture<>();
        serve(
                "b",
                new PeerStreamService(
                        request -> request.getKind() == Request.Kind.TRY ? later : done("finished"),
                        PeerLimits.DEFAULT,
                        intake));
        CompletableFuture<PeerAnswer> begun = send(Request.Kind.TRY, 1);
        while (intake.inFlight() == 0) {
            Thread.onSpinWait();
        }

        intake.close();

        for (Request.Kind begins :
                List.of(Request.Kind.TRY, Request.Kind.DELIVER, Request.Kind.SKIP)) {
            assertThat(await(send(begins, 2)))
                    .as("%s", begins)
                    .isEqualTo(failed(OutcomeCode.CELL_UNAVAILABLE));
        }
        for (Request.Kind finishes :
                List.of(Request.Kind.CONFIRM, Request.Kind.CANCEL, Request.Kind.INQUIRY)) {
            assertThat(await(send(finishes, 3))).as("%s", finishes).isEqualTo(replied("finished"));
        }
        later.complete(reply("tried"));
        assertThat(await(begun)).isEqualTo(replied("tried"));
        intake.open();
        assertThat(await(send(Request.Kind.TRY, 4))).isEqualTo(replied("tried"));
    }

    @Test
    void aPeerThatHasTooMuchAnswersSoUnseen() {
        CompletableFuture<Reply> never = new CompletableFuture<>();
        List<Request> seen = new CopyOnWriteArrayList<>();
        serve(
                "b",
                new PeerStreamService(
                        request -> {
                            seen.add(request);
                            return never;
                        },
                        SMALL));
        for (int i = 0; i < 4; i++) {
            var _ = send(Request.Kind.TRY, i);
        }

        assertThat(await(send(Request.Kind.TRY, 5)))
                .isInstanceOfSatisfying(
                        PeerAnswer.Replied.class,
                        answer ->
                                assertThat(answer.reply().getCode())
                                        .isEqualTo(OutcomeCode.OVERLOADED.number()));
        assertThat(seen).hasSize(4);
    }

    @Test
    void whatWasSentOnAStreamThatBreaksIsUnknown() throws Exception {
        RpcServer server = serve("b", request -> neverAnswered());
        CompletableFuture<PeerAnswer> answer = send(Request.Kind.TRY, 1);
        awaitTaken();

        server.stop(Duration.ZERO);

        assertThat(await(answer)).isEqualTo(failed(OutcomeCode.UNKNOWN));
        assertThat(streams.unanswered(PEER)).isZero();
    }

    @Test
    void whatNeverLeftIsKnownNotToHaveBeenSent() {
        assertThat(await(send(Request.Kind.TRY, 1)))
                .isEqualTo(failed(OutcomeCode.CELL_UNAVAILABLE));

        serve("b", accepting("b")).stop(Duration.ZERO);

        assertThat(await(send(Request.Kind.TRY, 1)))
                .isEqualTo(failed(OutcomeCode.CELL_UNAVAILABLE));
    }

    @Requirement("B12-c.1")
    @Test
    void aStreamComesBackByItselfWhenThePeerDoes() {
        RpcServer first = serve("b", accepting("first"));
        assertThat(await(send(Request.Kind.TRY, 1))).isEqualTo(replied("first"));
        int port = first.port();
        first.stop(Duration.ZERO);
        awaitUnavailable();
        servers.add(start(port, new PeerStreamService(accepting("second"), PeerLimits.DEFAULT)));

        // A try to connect that began while nobody listened may still have to fail.
        while (!await(send(Request.Kind.TRY, 3)).equals(replied("second"))) {
            timer.advance(Duration.ofSeconds(5));
        }
    }

    @Requirement("D5.2-c")
    @Test
    void anotherInstanceTakesOverWhenOneIsGone() {
        RpcServer b = serve("b", accepting("b"));
        RpcServer c = serve("c", accepting("c"));
        boolean first = await(send(Request.Kind.TRY, 1)).equals(replied("b"));

        (first ? b : c).stop(Duration.ZERO);

        String left = first ? "c" : "b";
        while (!await(send(Request.Kind.TRY, 2)).equals(replied(left))) {
            Thread.onSpinWait();
        }
    }

    @Requirement("P6.2.2.6-c")
    @Test
    void aPeerThatStopsFinishesWhatItHasAndPassesOnWhatIsNew() throws Exception {
        CompletableFuture<Reply> slow = new CompletableFuture<>();
        RpcServer b =
                serve(
                        "b",
                        request -> {
                            taken.countDown();
                            return request.getKind() == Request.Kind.TRY
                                    ? slow
                                    : CompletableFuture.completedFuture(reply("b"));
                        });
        CompletableFuture<PeerAnswer> begun = send(Request.Kind.TRY, 1);
        taken.await();
        CompletableFuture<Boolean> stopped =
                CompletableFuture.supplyAsync(
                        () -> b.stop(Duration.ofSeconds(20)), Thread::startVirtualThread);
        serve("c", accepting("c"));

        while (!await(send(Request.Kind.CONFIRM, 2)).equals(replied("c"))) {
            Thread.onSpinWait();
        }
        slow.complete(reply("finished"));

        assertThat(await(begun)).isEqualTo(replied("finished"));
        assertThat(stopped.join()).isTrue();
    }

    @Test
    void anAnswerThatDoesNotComeInTimeIsUnknown() throws Exception {
        serve("b", request -> neverAnswered());
        CompletableFuture<PeerAnswer> answer =
                streams.send(PEER, request(Request.Kind.TRY, 1), Duration.ofSeconds(1));
        awaitTaken();

        timer.advance(Duration.ofMillis(1_100));

        assertThat(await(answer)).isEqualTo(failed(OutcomeCode.UNKNOWN));
    }

    @Test
    void aTryPastItsDecisionsDeadlineIsNotSent() {
        serve("b", accepting("b"));
        Request late =
                request(Request.Kind.TRY, 1).toBuilder().setDecideByRemainingMillis(0).build();

        assertThat(await(streams.send(PEER, late, LONG)))
                .isEqualTo(failed(OutcomeCode.DEADLINE_EXPIRED));
    }

    @Test
    void remainingTimesTravelWithTheMessage() {
        CompletableFuture<Request> seen = new CompletableFuture<>();
        serve(
                "b",
                request -> {
                    seen.complete(request);
                    return done("b");
                });

        await(streams.send(PEER, request(Request.Kind.TRY, 1), Duration.ofSeconds(7)));

        assertThat(seen.join().getRemainingMillis()).isEqualTo(7_000);
        assertThat(seen.join().getDecideByRemainingMillis()).isEqualTo(5_000);
    }

    @Test
    void aFaultInTheHandlerHurtsOnlyItsMessage() {
        serve(
                "b",
                request -> {
                    if (request.getBranch() == 1) {
                        throw new IllegalStateException("by the test");
                    }
                    return done("b");
                });

        assertThat(await(send(Request.Kind.TRY, 1)))
                .isInstanceOfSatisfying(
                        PeerAnswer.Replied.class,
                        answer ->
                                assertThat(answer.reply().getCode())
                                        .isEqualTo(OutcomeCode.INTERNAL_ERROR.number()));
        assertThat(await(send(Request.Kind.TRY, 2))).isEqualTo(replied("b"));
    }

    @Test
    void aMessagePresentAtTwoResetsIsSentAloneAndTakesNothingElseDown() {
        List<List<Integer>> fatal = new CopyOnWriteArrayList<>();
        serve("b", new Poisoned(fatal));
        for (int round = 0; round < 2; round++) {
            CompletableFuture<PeerAnswer> innocent = send(Request.Kind.CONFIRM, 1);
            CompletableFuture<PeerAnswer> poison = send(Request.Kind.CONFIRM, Poisoned.BRANCH);
            assertThat(await(poison)).isEqualTo(failed(OutcomeCode.UNKNOWN));
            await(innocent);
            awaitReopened();
        }
        fatal.clear();

        CompletableFuture<PeerAnswer> poison = send(Request.Kind.CONFIRM, Poisoned.BRANCH);
        List<CompletableFuture<PeerAnswer>> others = new ArrayList<>();
        for (int i = 10; i < 20; i++) {
            others.add(send(Request.Kind.CONFIRM, i));
        }

        assertThat(await(poison)).isEqualTo(failed(OutcomeCode.UNKNOWN));
        others.forEach(each -> assertThat(await(each)).isEqualTo(replied("b")));
        assertThat(fatal).containsExactly(List.of(Poisoned.BRANCH));
    }

    @Test
    void aMessageThatIsTooLongIsRefusedBeforeItIsSent() {
        use(SMALL);
        Request large =
                request(Request.Kind.TRY, 1).toBuilder()
                        .setContent(com.google.protobuf.ByteString.copyFrom(new byte[1 << 17]))
                        .build();

        assertThat(await(streams.send(PEER, large, LONG)))
                .isEqualTo(failed(OutcomeCode.BODY_TOO_LARGE));
    }

    @Test
    void closingAnswersWhatIsUnanswered() throws Exception {
        serve("b", request -> neverAnswered());
        CompletableFuture<PeerAnswer> answer = send(Request.Kind.TRY, 1);
        awaitTaken();

        streams.close();

        assertThat(await(answer)).isEqualTo(failed(OutcomeCode.UNKNOWN));
        assertThat(await(send(Request.Kind.TRY, 2))).isEqualTo(failed(OutcomeCode.SHUTTING_DOWN));
    }

    /** A peer that reads nothing until it may, and notes how large each batch is. */
    private static final class Recorder extends PeerStreamGrpc.PeerStreamImplBase {
        private final List<Integer> sizes;
        private final CompletableFuture<Void> mayRead;

        Recorder(List<Integer> sizes, CompletableFuture<Void> mayRead) {
            this.sizes = sizes;
            this.mayRead = mayRead;
        }

        @Override
        public StreamObserver<FrameBatch> exchange(StreamObserver<FrameBatch> out) {
            mayRead.join();
            return new Answering(out, sizes);
        }
    }

    /** Answers each message of a batch. */
    private static class Answering implements StreamObserver<FrameBatch> {
        private final StreamObserver<FrameBatch> out;
        private final List<Integer> sizes;

        Answering(StreamObserver<FrameBatch> out, List<Integer> sizes) {
            this.out = out;
            this.sizes = sizes;
        }

        @Override
        public void onNext(FrameBatch batch) {
            sizes.add(batch.getFramesCount());
            FrameBatch.Builder replies = FrameBatch.newBuilder();
            for (Frame each : batch.getFramesList()) {
                replies.addFrames(Frame.newBuilder().setId(each.getId()).setReply(reply("b")));
            }
            out.onNext(replies.build());
        }

        @Override
        public void onError(Throwable gone) {}

        @Override
        public void onCompleted() {
            out.onCompleted();
        }
    }

    /** A peer whose stream breaks at every batch with a certain message in it. */
    private static final class Poisoned extends PeerStreamGrpc.PeerStreamImplBase {
        static final int BRANCH = 999;
        private final List<List<Integer>> fatal;

        Poisoned(List<List<Integer>> fatal) {
            this.fatal = fatal;
        }

        @Override
        public StreamObserver<FrameBatch> exchange(StreamObserver<FrameBatch> out) {
            return new Answering(out, new ArrayList<>()) {
                private boolean broken;

                @Override
                public void onNext(FrameBatch batch) {
                    List<Integer> branches =
                            batch.getFramesList().stream()
                                    .map(each -> each.getRequest().getBranch())
                                    .toList();
                    if (!broken && branches.contains(BRANCH)) {
                        broken = true;
                        fatal.add(branches);
                        out.onError(Status.INTERNAL.asException());
                    } else if (!broken) {
                        super.onNext(batch);
                    }
                }
            };
        }
    }

    private void use(PeerLimits limits) {
        streams.close();
        streams = streams(limits);
    }

    private PeerStreams streams(PeerLimits limits) {
        return new PeerStreams(
                "a",
                cell -> instances.getOrDefault(cell, List.of()),
                new Channels(RpcClientConfig.DEFAULT),
                limits,
                clock,
                timer);
    }

    private RpcServer serve(String name, Function<Request, CompletableFuture<Reply>> handler) {
        return serve(name, new PeerStreamService(handler, PeerLimits.DEFAULT));
    }

    private RpcServer serve(String name, BindableService service) {
        RpcServer server = start(0, service);
        servers.add(server);
        List<Endpoint> more = new ArrayList<>(instances.getOrDefault(PEER, List.of()));
        more.add(new Endpoint(name, "127.0.0.1", server.port()));
        instances.put(PEER, List.copyOf(more));
        return server;
    }

    private static RpcServer start(int port, BindableService service) {
        // Blocking: some of these peers wait on purpose.
        return RpcServer.builder(RpcServerConfig.loopback(port), Clock.system())
                .addBlocking(service)
                .build()
                .start();
    }

    private CompletableFuture<PeerAnswer> send(Request.Kind kind, int branch) {
        return streams.send(PEER, request(kind, branch), LONG);
    }

    private static Request request(Request.Kind kind, int branch) {
        return Request.newBuilder()
                .setKind(kind)
                .setTraceHead(202_601_310_001_999L)
                .setTraceSerial(7)
                .setAttempt(1)
                .setBranch(branch)
                .setDecideByRemainingMillis(5_000)
                .build();
    }

    private static Function<Request, CompletableFuture<Reply>> accepting(String name) {
        return request -> done(name);
    }

    private static CompletableFuture<Reply> done(String message) {
        return CompletableFuture.completedFuture(reply(message));
    }

    private static Reply reply(String message) {
        return Reply.newBuilder().setMessage(message).build();
    }

    private static PeerAnswer replied(String message) {
        return new PeerAnswer.Replied(reply(message));
    }

    /** Failures are compared by their code. */
    private static PeerAnswer failed(OutcomeCode code) {
        return new PeerAnswer.Failed(code, "");
    }

    private static PeerAnswer await(CompletableFuture<PeerAnswer> answer) {
        PeerAnswer come = answer.orTimeout(20, TimeUnit.SECONDS).join();
        return come instanceof PeerAnswer.Failed failure ? failed(failure.code()) : come;
    }

    /**
     * What a handler answers that never does; the stream being open says nothing of its message.
     */
    private CompletableFuture<Reply> neverAnswered() {
        taken.countDown();
        return new CompletableFuture<>();
    }

    private void awaitTaken() throws InterruptedException {
        taken.await();
    }

    private void awaitUnavailable() {
        while (await(send(Request.Kind.TRY, 2)) instanceof PeerAnswer.Replied) {
            Thread.onSpinWait();
        }
    }

    private void awaitReopened() {
        timer.advance(Duration.ofSeconds(5));
        while (!await(send(Request.Kind.INQUIRY, 1)).equals(replied("b"))) {
            timer.advance(Duration.ofSeconds(5));
        }
    }
}
