export { answerProtocol as POST, answerProtocol as OPTIONS } from '@/lib/web/mount';
