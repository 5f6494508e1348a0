/*
 * The global transaction protocol, for an exhaustive search with spin.
 *
 * One trace number, two branches, two attempts, two executions (a caller who asks twice, or two
 * callers with one number). Every step below is one local commit, or one thought of a process
 * between two commits. What is durable is a row; what a process knows dies with it. Messages are
 * sets: once sent, a message may arrive at any later time, any number of times and in any order, or
 * so late that it is as good as lost.
 *
 * -DBREAK_<RULE> takes away one rule of the protocols; the search must then find what it costs.
 * -DTWO_CONTENTS gives the executions different contents under the one number.
 * -DLOSS lets a participant's database forget one tried branch (a promotion with loss).
 * docs/proof.md says what is modelled and what is not.
 */

#define BRANCHES 2
#define EVERY 3 /* the mask of both branches */
#define BIT(b) (1 << (b))
#define ATTEMPTS 2
#define EXECUTIONS 2

/* What the executions want: the same, or something else under the same trace number. */
#ifdef TWO_CONTENTS
#define CONTENTS 2
#define CONTENT(e) (e)
#else
#define CONTENTS 1
#define CONTENT(e) 0
#endif

/* attempt: without it, rows and messages of all attempts have the same key. */
#ifdef BREAK_ATTEMPT
#define KEYS 1
#define KEY(a) 0
#else
#define KEYS ATTEMPTS
#define KEY(a) ((a) - 1)
#endif

#define ROW(a, b) (KEY(a) * BRANCHES + (b))
#define OF(c, a) ((c) * KEYS + KEY(a))
#define ALL (CONTENTS * KEYS)

/* trace-identity: without it, contents are never compared. */
#ifdef BREAK_TRACE_IDENTITY
#define DIFFERS(one, other) false
#else
#define DIFFERS(one, other) ((one) != (other))
#endif

/* ---- durable: the decision at the home slot, and the key of the own share that rides with it ---- */

#define NONE 0
#define COMMITTED 1
#define ABORTED 2
#define REFUSED 3

byte d_state;   /* NONE: there is no row */
byte d_attempt;
byte d_content;
byte d_acked;   /* which branches are durably finished */
bool d_listed;  /* whether the row lists branches; one that an inquiry planted does not */
bool posted;    /* the own share; its key outlives the decision */
byte posted_content;

#define D_FINISHED (d_state == NONE || !d_listed || d_acked == EVERY)

/* ---- durable: the branches at their participants ---- */

#define ABSENT 0
#define TRIED 1
#define CONFIRMED 2
#define CANCELLED 3
#define SAID_NO 4

byte b_state[KEYS * BRANCHES];
byte b_content[KEYS * BRANCHES];

/* ---- the network: what was ever said ---- */

bool m_try[ALL];      /* to all branches of an attempt */
byte m_confirm[ALL];  /* to these branches; also an inquiry answered COMMITTED */
byte m_cancel[ALL];   /* to these branches; also an inquiry answered ABORTED */
byte m_clear[ALL];    /* an inquiry answered CONFIRMED: only a leftover is cancelled */
byte r_tried[ALL];
byte r_confirmed[ALL];
byte r_cancelled[ALL];

/* ---- executions: what dies with the process ---- */

#define IDLE 0
#define TRYING 1
#define DECIDING 2   /* every branch is tried */
#define RESTARTING 3 /* the attempt is void; its branches are cancelled before the next */
#define GONE 4       /* ended or killed; any instance can drive phase two from the rows */
#ifdef BREAK_RECOVERY
#define FINISHING 5  /* phase two is driven by the execution itself, and by nobody else */
#else
#define FINISHING GONE
#endif

byte phase[EXECUTIONS];
byte attempt[EXECUTIONS];
bool past[EXECUTIONS]; /* whether decide_by has certainly passed */

bool aged;   /* the time for which finished rows are kept has passed once */
bool lost;   /* a tried branch was forgotten once */
bool gaveUp; /* only without retry-for-ever */

/* ---- what happened, for the properties only ---- */

byte committedEver[CONTENTS * ATTEMPTS]; /* decided, by content and attempt */
byte effect[ATTEMPTS];                   /* branches whose reservation was made final */
byte undone[ATTEMPTS];                   /* branches whose reservation was given back, unconfirmed */
bool toldNo[CONTENTS * ATTEMPTS];        /* told that nothing happened by this attempt */
bool toldNever[CONTENTS];                /* told that it is refused for good */

#define WHEN(c, a) ((c) * ATTEMPTS + (a) - 1)

mtype = {
    decided_first,       /* an effect is made final only under its decision row */
    all_or_nothing,      /* never one branch of an attempt confirmed and another undone */
    once,                /* an effect happens once, whatever the attempt */
    told_true,           /* what a caller is told is so, and stays so */
    no_contradiction,    /* no message meets a row that forbids it */
    acknowledged_done,   /* the home slot takes no branch for finished that is not */
    every_branch_ends,   /* at rest no branch is only tried */
    every_decision_ends, /* at rest every branch is acknowledged */
    decided_is_done      /* at rest every branch of what was decided has its effect */
};

/* A property, by the name under which docs/proof.md lists it; a replayed trail prints it. */
#define MUST(property, condition) \
    if \
    :: (condition) \
    :: else -> printf("violated: %e\n", property); assert(false) \
    fi

#define DECIDED(c) (committedEver[WHEN(c, 1)] || committedEver[WHEN(c, 2)])

#define HONEST(c) \
    (!(toldNo[WHEN(c, 1)] && committedEver[WHEN(c, 1)]) \
    && !(toldNo[WHEN(c, 2)] && committedEver[WHEN(c, 2)]) \
    && !(toldNever[c] && DECIDED(c)))

inline tell_yes(e) { MUST(told_true, DECIDED(CONTENT(e))) }

inline tell_no(e, forGood) {
    toldNo[WHEN(CONTENT(e), attempt[e])] = true;
    toldNever[CONTENT(e)] = toldNever[CONTENT(e)] || forGood;
    MUST(told_true, HONEST(CONTENT(e)))
}

/* ================================ the participant ================================ */

/* Two durable facts contradict each other: an operator would have to look. */
inline contradiction() { MUST(no_contradiction, false) }

/* An effect is final: decided with this content and attempt, once, and no other branch undone. */
inline make_final(c, a, b) {
    MUST(decided_first, committedEver[WHEN(c, a)]);
    MUST(once, (effect[0] & BIT(b)) == 0 && (effect[1] & BIT(b)) == 0);
    MUST(all_or_nothing, undone[(a) - 1] == 0);
    effect[(a) - 1] = effect[(a) - 1] | BIT(b)
}

/* A reservation is given back; of a committed attempt only one that is left over after its effect. */
inline give_back(c, a, b) {
    if
    :: (effect[(a) - 1] & BIT(b)) == 0 ->
        undone[(a) - 1] = undone[(a) - 1] | BIT(b);
        MUST(all_or_nothing, effect[(a) - 1] == 0 && !committedEver[WHEN(c, a)])
    :: else
    fi
}

/* A try: the first row under the key wins, and judges what comes later (BranchVerdict). */
inline take_try(c, a, b) {
    if
    :: b_state[ROW(a, b)] == ABSENT ->
        b_content[ROW(a, b)] = c;
        undone[(a) - 1] = undone[(a) - 1] & ~BIT(b); /* a new reservation */
        if
        :: b_state[ROW(a, b)] = TRIED; r_tried[OF(c, a)] = r_tried[OF(c, a)] | BIT(b)
#ifndef LOSS
        :: b_state[ROW(a, b)] = SAID_NO
#endif
        fi
    :: else -> /* recorded */
        r_tried[OF(c, a)] = r_tried[OF(c, a)] | BIT(b)
    fi
}

inline take_confirm(c, a, b) {
    if
    :: b_state[ROW(a, b)] == ABSENT ->
#ifdef BREAK_UNKNOWN_BRANCH
        skip /* "not found" is taken for "finished" */
#else
        b_state[ROW(a, b)] = CONFIRMED; /* rebuilt from the decision's content */
        b_content[ROW(a, b)] = c;
        make_final(c, a, b)
#endif
    :: b_state[ROW(a, b)] != ABSENT && DIFFERS(b_content[ROW(a, b)], c) -> contradiction()
    :: b_state[ROW(a, b)] == TRIED && !DIFFERS(b_content[ROW(a, b)], c) ->
        b_state[ROW(a, b)] = CONFIRMED;
        make_final(b_content[ROW(a, b)], a, b)
#ifdef BREAK_CONFIRM_NEVER_REFUSED
    :: b_state[ROW(a, b)] == TRIED -> contradiction() /* the account is frozen by now */
#endif
    :: b_state[ROW(a, b)] == CONFIRMED && !DIFFERS(b_content[ROW(a, b)], c) -> skip
    :: b_state[ROW(a, b)] == CANCELLED && !DIFFERS(b_content[ROW(a, b)], c) -> contradiction()
    :: b_state[ROW(a, b)] == SAID_NO && !DIFFERS(b_content[ROW(a, b)], c) -> contradiction()
    fi;
    r_confirmed[OF(c, a)] = r_confirmed[OF(c, a)] | BIT(b)
}

/* A cancel that comes first leaves the row that refuses the late try; one with other content does
   not mean this branch. */
inline take_cancel(c, a, b) {
    if
    :: b_state[ROW(a, b)] == ABSENT ->
        b_state[ROW(a, b)] = CANCELLED;
        b_content[ROW(a, b)] = c
    :: b_state[ROW(a, b)] != ABSENT && DIFFERS(b_content[ROW(a, b)], c) -> skip
    :: b_state[ROW(a, b)] == TRIED && !DIFFERS(b_content[ROW(a, b)], c) ->
        b_state[ROW(a, b)] = CANCELLED;
        give_back(b_content[ROW(a, b)], a, b)
    :: b_state[ROW(a, b)] == CONFIRMED && !DIFFERS(b_content[ROW(a, b)], c) -> contradiction()
    :: b_state[ROW(a, b)] == CANCELLED && !DIFFERS(b_content[ROW(a, b)], c) -> skip
    :: b_state[ROW(a, b)] == SAID_NO && !DIFFERS(b_content[ROW(a, b)], c) -> skip
    fi;
    r_cancelled[OF(c, a)] = r_cancelled[OF(c, a)] | BIT(b)
}

/* The home slot has this branch's confirm on record: a row that is tried is a leftover. */
inline take_clear(c, a, b) {
    b_state[ROW(a, b)] = CANCELLED;
    give_back(b_content[ROW(a, b)], a, b)
}


/* What a message can still change; what it cannot change is no step, so that every run ends. */
#define SAME(c, a, b) (!DIFFERS(b_content[ROW(a, b)], c))
#define TRY_MATTERS(c, a, b) \
    (m_try[OF(c, a)] && (b_state[ROW(a, b)] == ABSENT \
        || ((b_state[ROW(a, b)] == TRIED || b_state[ROW(a, b)] == CONFIRMED) \
            && SAME(c, a, b) && !(r_tried[OF(c, a)] & BIT(b)))))
#define CONFIRM_MATTERS(c, a, b) \
    ((m_confirm[OF(c, a)] & BIT(b)) && (!(r_confirmed[OF(c, a)] & BIT(b)) \
        || (b_state[ROW(a, b)] != CONFIRMED && b_state[ROW(a, b)] != ABSENT)))
#define CANCEL_MATTERS(c, a, b) \
    ((m_cancel[OF(c, a)] & BIT(b)) && (!(r_cancelled[OF(c, a)] & BIT(b)) \
        || b_state[ROW(a, b)] == ABSENT \
        || (SAME(c, a, b) \
            && (b_state[ROW(a, b)] == TRIED || b_state[ROW(a, b)] == CONFIRMED))))
#define CLEAR_MATTERS(c, a, b) \
    ((m_clear[OF(c, a)] & BIT(b)) && SAME(c, a, b) && b_state[ROW(a, b)] == TRIED)

#define DELIVER(c, a, b) \
    :: atomic { TRY_MATTERS(c, a, b) -> take_try(c, a, b) } \
    :: atomic { CONFIRM_MATTERS(c, a, b) -> take_confirm(c, a, b) } \
    :: atomic { CANCEL_MATTERS(c, a, b) -> take_cancel(c, a, b) } \
    :: atomic { CLEAR_MATTERS(c, a, b) -> take_clear(c, a, b) }

/* Participant b has nothing but its rows: a crash loses no more than an answer, which is as if the
   message came again. */
proctype Participant(byte b) {
end:
    do
    DELIVER(0, 1, b)
    DELIVER(0, 2, b)
#ifdef TWO_CONTENTS
    DELIVER(1, 1, b)
    DELIVER(1, 2, b)
#endif
#ifdef LOSS
    :: atomic { !lost && b_state[b] == TRIED -> lost = true; b_state[b] = ABSENT }
#endif
    od
}

/* ================================ the home slot ================================ */

/* With the row, its messages can be on their way: from whoever wrote it or takes it up. */
inline put(state, c, a, listed) {
    d_state = state;
    d_content = c;
    d_attempt = a;
    d_acked = 0;
    d_listed = listed;
    if
    :: listed && (state) == COMMITTED -> m_confirm[OF(c, a)] = EVERY
    :: listed && (state) != COMMITTED -> m_cancel[OF(c, a)] = EVERY
    :: else
    fi
}

/* branch-list: whether the decision lists this attempt and content. */
#define LISTS(c, a) (d_state == COMMITTED && d_attempt == (a) && !DIFFERS(d_content, c))

#define MAY_PLANT(a) (d_state == NONE || (d_state == ABORTED && d_attempt < (a)))

/* What became of branch b of attempt a? The answer comes from an insert attempt. */
inline inquire(c, a, b) {
    if
    :: d_state == COMMITTED ->
        if
#ifdef BREAK_BRANCH_LIST
        :: m_confirm[OF(c, a)] = m_confirm[OF(c, a)] | BIT(b)
#else
        :: !LISTS(c, a) -> m_cancel[OF(c, a)] = m_cancel[OF(c, a)] | BIT(b)
        :: LISTS(c, a) && !(d_acked & BIT(b)) ->
            m_confirm[OF(c, a)] = m_confirm[OF(c, a)] | BIT(b)
        :: LISTS(c, a) && (d_acked & BIT(b)) ->
            m_clear[OF(c, a)] = m_clear[OF(c, a)] | BIT(b)
#endif
        fi
    :: d_state == REFUSED || (d_state == ABORTED && d_attempt >= a) ->
        m_cancel[OF(c, a)] = m_cancel[OF(c, a)] | BIT(b)
    :: MAY_PLANT(a) ->
#ifndef BREAK_HOME_SLOT
        if
        :: d_state == NONE -> put(ABORTED, c, a, false)
        :: else -> put(ABORTED, d_content, a, false)
        fi;
#endif
        m_cancel[OF(c, a)] = m_cancel[OF(c, a)] | BIT(b)
    fi
}

/* A branch that is tried asks; an inquiry may be long under way. Clocks may be wrong, so it may ask
   at any time; an answer WAIT, or one that was given before, changes nothing and is no step. */
#define IS_NEWS(c, a, b) \
    (LISTS(c, a) \
        -> ((d_acked & BIT(b)) \
            -> b_state[ROW(a, b)] == TRIED && !(m_clear[OF(c, a)] & BIT(b)) \
            : !(m_confirm[OF(c, a)] & BIT(b))) \
        : !(m_cancel[OF(c, a)] & BIT(b)))
#ifdef BREAK_INQUIRY
#define ASKS(c, a, b) false
#else
#define ASKS(c, a, b) (!gaveUp && IS_NEWS(c, a, b) \
    && ((b_state[ROW(a, b)] == TRIED && SAME(c, a, b)) \
        || ((r_tried[OF(c, a)] & BIT(b)) && MAY_PLANT(a))))
#endif

#define ANSWER(c, a) \
    :: atomic { ASKS(c, a, 0) -> inquire(c, a, 0) } \
    :: atomic { ASKS(c, a, 1) -> inquire(c, a, 1) }

/* Phase two, by the execution itself or by any instance that takes up the row. */
#ifdef BREAK_RECOVERY
#define DRIVEN (!gaveUp && (phase[0] == FINISHING || phase[1] == FINISHING))
#else
#define DRIVEN (!gaveUp)
#endif
#define TO_CONFIRM (DRIVEN && d_state == COMMITTED && !D_FINISHED \
    && (m_confirm[OF(d_content, d_attempt)] | d_acked) != EVERY)
#define TO_CANCEL (DRIVEN && d_state != COMMITTED && !D_FINISHED \
    && (m_cancel[OF(d_content, d_attempt)] | d_acked) != EVERY)
#define TO_ACKNOWLEDGE(b) (DRIVEN && !D_FINISHED && !(d_acked & BIT(b)) \
    && (((d_state == COMMITTED -> r_confirmed[OF(d_content, d_attempt)] \
        : r_cancelled[OF(d_content, d_attempt)])) & BIT(b)))

inline acknowledge(b) {
    d_acked = d_acked | BIT(b);
    MUST(acknowledged_done, d_state != COMMITTED || (effect[d_attempt - 1] & BIT(b)))
}

proctype Home() {
end:
    do
    ANSWER(0, 1)
    ANSWER(0, 2)
#ifdef TWO_CONTENTS
    ANSWER(1, 1)
    ANSWER(1, 2)
#endif
    :: atomic { TO_CONFIRM -> m_confirm[OF(d_content, d_attempt)] = EVERY }
    :: atomic { TO_CANCEL -> m_cancel[OF(d_content, d_attempt)] = EVERY }
    :: atomic { TO_ACKNOWLEDGE(0) -> acknowledge(0) }
    :: atomic { TO_ACKNOWLEDGE(1) -> acknowledge(1) }
#ifdef BREAK_RETRY_FOR_EVER
    :: atomic { !gaveUp -> gaveUp = true }
#endif
    od
}

/* ================================ the initiator ================================ */

inline finish(e) { attempt[e] = 0; past[e] = false; phase[e] = FINISHING }

/* The answer is lost with its connection: the execution repeats the commit, or is killed. */
#define ANSWER_LOST skip

inline told_yes(e) {
    if
    :: tell_yes(e); finish(e)
    :: ANSWER_LOST
    fi
}

inline told_no(e, forGood) {
    tell_no(e, forGood);
    if
    :: finish(e)
    :: ANSWER_LOST
    fi
}

inline cancel_own(e) { m_cancel[OF(CONTENT(e), attempt[e])] = EVERY }

#ifdef BREAK_FINAL
#define IS_VOID (d_state == ABORTED || d_state == REFUSED)
#else
#define IS_VOID (d_state == ABORTED)
#endif
#define OTHER(e) DIFFERS(d_content, CONTENT(e))
/* attempt: compare and set on a void row, to a higher attempt. */
#define IS_FREE(e) (d_state == NONE || (IS_VOID && d_attempt < attempt[e] && !OTHER(e)))
#define MAY_FOLLOW(e) (IS_VOID && !past[e] && attempt[e] < ATTEMPTS && d_attempt < ATTEMPTS)

/* The row that stands against this execution's own. */
inline read_recorded(e) {
    if
    :: OTHER(e) -> cancel_own(e); tell_no(e, true); finish(e)
    :: !OTHER(e) && d_state == COMMITTED ->
        if
        :: d_attempt != attempt[e] -> cancel_own(e)
        :: else
        fi;
        tell_yes(e);
        finish(e)
    :: !OTHER(e) && d_state != COMMITTED -> cancel_own(e); tell_no(e, d_state == REFUSED); finish(e)
    :: !OTHER(e) && MAY_FOLLOW(e) -> cancel_own(e); phase[e] = RESTARTING
    fi
}

/* decide-by, by the database's own clock in the commit: no decision once it has passed. */
#ifdef BREAK_DECIDE_BY
#define IN_TIME(e) true
#else
#define IN_TIME(e) (!past[e])
#endif
#define MAY_DECIDE(e) (IS_FREE(e) && IN_TIME(e) && (d_state != NONE || attempt[e] == 1))

/* One local commit: the own share with the decision, or with the refusal that the share meets. */
inline decide(e) {
    if
    :: posted -> look(e)
    :: !posted && !IS_FREE(e) -> read_recorded(e)
    :: !posted && IS_FREE(e) ->
        if
        :: put(COMMITTED, CONTENT(e), attempt[e], true);
            posted = true;
            posted_content = CONTENT(e);
            committedEver[WHEN(CONTENT(e), attempt[e])] = true;
            MUST(told_true, HONEST(CONTENT(e)));
            MUST(all_or_nothing, undone[attempt[e] - 1] == 0);
            told_yes(e)
        :: put(REFUSED, CONTENT(e), attempt[e], true);
            told_no(e, true)
        fi
    fi
}

/* The own share was posted before, by whatever decision: its answer stands. */
inline look(e) {
    if
    :: posted_content != CONTENT(e) && d_state != NONE -> read_recorded(e)
    :: else ->
        if
        :: d_state != COMMITTED || d_attempt != attempt[e] -> cancel_own(e)
        :: else
        fi;
        tell_yes(e);
        finish(e)
    fi
}

/* abort-first: the row that voids the attempt comes before any cancel. */
inline void_attempt(e, forGood) {
#ifdef BREAK_ABORT_FIRST
    cancel_own(e); tell_no(e, forGood); finish(e)
#else
    if
    :: IS_FREE(e) && (forGood) -> put(REFUSED, CONTENT(e), attempt[e], true); told_no(e, true)
    :: IS_FREE(e) && !(forGood) -> put(ABORTED, CONTENT(e), attempt[e], true); told_no(e, false)
    :: !IS_FREE(e) -> read_recorded(e)
    fi
#endif
}

inline begin_attempt(e, a) {
    attempt[e] = a;
    m_try[OF(CONTENT(e), a)] = true;
    phase[e] = TRYING
}

#define SAYS_NO(e, b) (b_state[ROW(attempt[e], b)] == SAID_NO \
    && b_content[ROW(attempt[e], b)] == CONTENT(e))
#define SAID(e, reply) (reply[OF(CONTENT(e), attempt[e])] == EVERY)

/* Any step may be the last before the process dies. Between what an execution learns and the commit
   that follows, any time may pass; so the two are one step where nothing else can come between. */
proctype Execution(byte e) {
end:
    do
    :: atomic { phase[e] == IDLE && (e == 0 || phase[0] != IDLE) ->
           if
           :: begin_attempt(e, 1)
           :: e > 0 -> finish(e) /* nobody asks a second time */
           fi }
    :: atomic { phase[e] == TRYING && SAID(e, r_tried) ->
#ifdef BREAK_DECIDED
           tell_yes(e);
#endif
           phase[e] = DECIDING }
    :: atomic { phase[e] == DECIDING && (!IS_FREE(e) || MAY_DECIDE(e)) -> decide(e) }
    /* no answer in time, a late try, a share that cannot be posted now */
    :: atomic { phase[e] == TRYING || phase[e] == DECIDING -> void_attempt(e, false) }
    :: atomic { phase[e] == TRYING && (SAYS_NO(e, 0) || SAYS_NO(e, 1)) -> void_attempt(e, true) }
    :: atomic { phase[e] == RESTARTING && SAID(e, r_cancelled) -> begin_attempt(e, 2) }
    :: atomic { phase[e] == RESTARTING -> tell_no(e, false); finish(e) } /* out of time */
    :: atomic { phase[e] == TRYING || phase[e] == DECIDING || phase[e] == RESTARTING -> finish(e) }
#ifdef BREAK_RECOVERY
    :: atomic { phase[e] == FINISHING -> phase[e] = GONE }
#endif
    od
}

/* ================================ cleaning ================================ */

#define IS_OVER(e) (phase[e] != RESTARTING)

inline pass_deadline(e) {
    if
    :: phase[e] == TRYING || phase[e] == DECIDING -> past[e] = true
    :: else
    fi
}

#define HAS_ENDED(row) (b_state[row] != TRIED)
#ifdef BREAK_ATTEMPT
#define IS_SETTLED (D_FINISHED && HAS_ENDED(0) && HAS_ENDED(1))
#else
#define IS_SETTLED (D_FINISHED && HAS_ENDED(0) && HAS_ENDED(1) && HAS_ENDED(2) && HAS_ENDED(3))
#endif

inline clean_branch(row) {
    if
    :: b_state[row] > TRIED -> b_state[row] = ABSENT; b_content[row] = 0
    :: true
    fi
}

/* A decision goes once every branch is acknowledged; what is final stays as long as its trace number
   is recognised, so that whoever asks again is told the same. */
#ifdef BREAK_KEEP_FINAL
#define MAY_CLEAN (d_state != NONE && D_FINISHED)
#else
#define MAY_CLEAN (d_state == ABORTED && D_FINISHED)
#endif

/* Once in a run the time passes for which finished rows are kept: longer than decide_by, the drift
   of clocks, the life of a message, and the time in which a committed transaction is settled. Any of
   the finished rows may then be deleted. */
proctype Cleaning() {
end:
    do
#ifdef BREAK_CLEANING
    :: atomic { d_state == COMMITTED && !D_FINISHED -> put(NONE, 0, 0, false) }
#endif
#ifdef BREAK_KEEP
    :: atomic { !aged -> aged = true; /* too early: while decisions and messages are under way */
#else
    :: atomic { !aged && IS_OVER(0) && IS_OVER(1) && IS_SETTLED ->
           aged = true;
           pass_deadline(0);
           pass_deadline(1);
           byte i = 0;
           do
           :: i < ALL ->
               m_try[i] = false; m_confirm[i] = 0; m_cancel[i] = 0; m_clear[i] = 0;
               r_tried[i] = 0; r_confirmed[i] = 0; r_cancelled[i] = 0;
               i++
           :: else -> i = 0; break
           od;
#endif
           if
           :: MAY_CLEAN ->
               toldNo[WHEN(d_content, 1)] = false; /* who was told so may ask again, afresh */
               toldNo[WHEN(d_content, 2)] = false;
               put(NONE, 0, 0, false)
           :: true
           fi;
           clean_branch(0);
           clean_branch(1);
#ifndef BREAK_ATTEMPT
           clean_branch(2);
           clean_branch(3)
#endif
       }
    od
}

/* ================================ at rest ================================ */

#define WHOLE(a) (!(committedEver[(a) - 1] \
    || (CONTENTS == 2 && committedEver[(CONTENTS - 1) * ATTEMPTS + (a) - 1])) \
    || effect[(a) - 1] == EVERY)

/* Nothing is left that could happen: every branch has ended, and what was decided is whole. */
active proctype Rest() {
    byte i = 0;
    atomic {
        run Execution(0);
        run Execution(1);
        run Participant(0);
        run Participant(1);
        run Home();
        run Cleaning()
    }
    timeout;
    atomic {
        do
        :: i < KEYS * BRANCHES -> MUST(every_branch_ends, b_state[i] != TRIED); i++
        :: else -> break
        od;
        MUST(every_decision_ends, D_FINISHED);
        MUST(decided_is_done, WHOLE(1) && WHOLE(2))
    }
}
