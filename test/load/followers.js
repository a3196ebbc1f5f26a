/**
 * A process of its own with many connections: streams of events, and waits for the end of a job. It tells
 * its parent how many of each are open, and on `count` what came.
 */
const { Agent, get } = require('node:http');

const [url, jobId, streams, waits] = process.argv.slice(2);
const agent = new Agent({ keepAlive: false, maxSockets: Infinity });
const followers = Array.from({ length: Number(streams) }, () => ({ isOpen: false, text: '' }));
const answers = [];

for (const follower of followers) {
  get(`${url}/jobs/events`, { agent }, (response) => {
    follower.isOpen = response.statusCode === 200;
    response.setEncoding('utf8').on('data', (text) => (follower.text += text));
  });
}
for (let i = 0; i < Number(waits); i++) {
  get(`${url}/jobs/${jobId}`, { agent, headers: { prefer: 'wait=60' } }, (response) => {
    let text = '';
    response.setEncoding('utf8').on('data', (part) => (text += part));
    response.on('end', () => answers.push(JSON.parse(text).status));
  });
}

process.on('message', (jobs) => {
  const whole = ({ text }) =>
    jobs.every((id) => text.includes(`event: job.completed\ndata: {"job_id":"${id}"`));
  process.send({
    open: followers.filter(({ isOpen }) => isOpen).length,
    whole: followers.filter(whole).length,
    answers: answers.length,
    completed: answers.filter((status) => status === 'completed').length,
  });
});
process.on('disconnect', () => process.exit());
