package io.feiqian.balancing;

import io.feiqian.balancing.spi.Picker;
import io.feiqian.runtime.Randomness;

/**
 * The ways to choose an instance (P6.2.3-b). All of them heed shares, so all of them start slowly.
 */
public enum Way {
    /** Any, as often as its weight says. */
    RANDOM {
        @Override
        public Picker picker(Randomness randomness) {
            return (from, key) -> from.at(Chance.point(randomness));
        }
    },

    /**
     * Of two that chance offers, each as often as its weight says, the one with fewer unanswered
     * calls for its weight. Two and not the least busy of all, so that many callers, each with its
     * own view, do not all run to the same one.
     */
    LEAST_OUTSTANDING {
        @Override
        public Picker picker(Randomness randomness) {
            return new LeastOutstanding(randomness);
        }
    },

    /** One after the other, whatever their weights. */
    ROUND_ROBIN {
        @Override
        public Picker picker(Randomness randomness) {
            return new RoundRobin(randomness);
        }
    },

    /** In turns that are as frequent as the weights say, evenly spread. */
    WEIGHTED {
        @Override
        public Picker picker(Randomness randomness) {
            return new WeightedTurns(randomness.nextLong());
        }
    },

    /**
     * The same instance for the same key while it serves and is not much busier than the others:
     * then, and where it is gone, the key's next one. When an instance comes or goes, only the keys
     * that it takes or leaves move.
     */
    CONSISTENT_HASH {
        @Override
        public Picker picker(Randomness randomness) {
            return new ConsistentHash(ConsistentHash.USUAL_BOUND);
        }
    };

    /**
     * A picker of this way with turns of its own.
     *
     * @param randomness used by all threads at once, so {@link Randomness#shared} or {@link
     *     Randomness#secure}
     */
    public abstract Picker picker(Randomness randomness);

    /**
     * The same instance for the same key for as long as it serves, however busy it is: for sessions
     * that are kept at an instance.
     */
    public static Picker keeping() {
        return new ConsistentHash(Double.MAX_VALUE);
    }
}
