// What a command needs to say that no Redis answers: an entry of its own, since the rest of the package takes longer to load.
export { type RedisAddress, redisAddress } from "./redis-address.ts";
export { requireRedis } from "./redis-connection.ts";
