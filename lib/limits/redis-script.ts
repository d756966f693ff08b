import { createHash } from 'node:crypto'

/**
 * Takes for several requests at once. Each one starts in ARGV with the number of its takes, and each take has six arguments and a key.
 * The numbers of a take in the reply are those of `LimitState`. The calculation is that of `counter.ts`, with the server's time, so
 * that all gateways share one clock. Numbers up to 2^53 are exact in Lua as well; `%.17g` writes them without loss.
 */
export const takeScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local reply = {}
local key, arg = 1, 1

local function read (name, isWindow, requests, period)
  local at = isWindow and now - now % period or now
  local stored = redis.call('GET', name)
  if not stored then return 0, at end
  local colon = string.find(stored, ':', 1, true)
  local debt, before = tonumber(string.sub(stored, 1, colon - 1)), tonumber(string.sub(stored, colon + 1))
  if at <= before then return debt, before end
  if isWindow then return 0, at end
  return math.max(0, debt - (at - before) * requests), at
end

while arg <= #ARGV do
  local count = tonumber(ARGV[arg])
  arg = arg + 1
  local takes = {}
  local isRefused = false
  for i = 1, count do
    local take = {
      name = KEYS[key], isWindow = ARGV[arg] == 'w', requests = tonumber(ARGV[arg + 1]), period = tonumber(ARGV[arg + 2]),
      burst = tonumber(ARGV[arg + 3]), cost = tonumber(ARGV[arg + 4])
    }
    take.debt, take.at = read(take.name, take.isWindow, take.requests, take.period)
    take.excess = take.debt + take.cost * take.period - take.burst * take.period
    if take.excess > 0 and ARGV[arg + 5] == '0' then isRefused = true end
    takes[i] = take
    key = key + 1
    arg = arg + 6
  end
  for i = 1, count do
    local take = takes[i]
    local isAllowed = take.excess <= 0
    local left = take.at + take.period - now
    if isAllowed and not isRefused then
      take.debt = take.debt + take.cost * take.period
      local ttl = math.max(1, take.isWindow and left or math.ceil(take.debt / take.requests))
      redis.call('SET', take.name, string.format('%.17g:%.17g', take.debt, take.at), 'PX', string.format('%.0f', ttl))
    end
    reply[#reply + 1] = isAllowed and 1 or 0
    reply[#reply + 1] = math.max(0, math.floor((take.burst * take.period - take.debt) / take.period))
    reply[#reply + 1] = isAllowed and 0 or (take.isWindow and left or math.ceil(take.excess / take.requests))
    reply[#reply + 1] = take.isWindow and left or math.ceil(take.debt / take.requests)
  end
end
return reply
`

export const takeScriptSha = createHash('sha1').update(takeScript).digest('hex')
